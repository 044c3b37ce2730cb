package io.weir.replaytool;

import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.LedgerEvent.Seal;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When no statement is made although the journal is whole. Immutable.
 *
 * @param report what the journal's proof found: nothing wrong
 * @param figures what was added up of it
 * @param through up to which sequence
 * @param seal the seal behind that sequence; null if there is none
 * @param key who is to sign; null if nobody is
 */
record StatementConditions(
        VerifyReport report,
        StatedFigures figures,
        long through,
        @Nullable Seal seal,
        @Nullable SealKey key) {

    /**
     * Why none is made.
     *
     * @param status the exit status
     * @param advice what to do
     */
    record Refusal(int status, String what, String advice) {
        private static Optional<Refusal> unreadable(String what, String advice) {
            return Optional.of(new Refusal(ExitStatus.UNREADABLE, what, advice));
        }
    }

    /** The first reason there is; empty if there is none. */
    Optional<Refusal> refusal(Subject.Named subject, Path keyFolder) {
        return unsealed()
                .or(() -> foreignKey(keyFolder))
                .or(this::tooEarly)
                .or(this::tooLate)
                .or(() -> unknown(subject));
    }

    private Optional<Refusal> unsealed() {
        boolean isSealed = seal != null && seal.equals(figures.seal());
        return isSealed
                ? Optional.empty()
                : Refusal.unreadable(
                        "the journal has no seal, so nothing in it can be stated",
                        "a node that seals begins with its next start; until then weir audit adds up what is there");
    }

    private Optional<Refusal> foreignKey(Path keyFolder) {
        if (key == null
                || seal == null
                || seal.publicKey().equals(key.published().hex())) {
            return Optional.empty();
        }
        return Refusal.unreadable(
                "the newest seal is not of the key in " + keyFolder + ", which is "
                        + key.published().id(),
                "only the key that seals a journal makes statements about it; start the node once, or give --unsigned");
    }

    private Optional<Refusal> tooEarly() {
        if (!figures.beginsTooEarly() && !isUnsealed()) {
            return Optional.empty();
        }
        long first = report.audit().firstSequence();
        String known = Figures.time(figures.basisMillis() + 1);
        String why = first > 1
                ? "the journal begins at sequence " + first
                : "it was never sealed, up to sequence " + (report.sealed().from() - 1);
        return Refusal.unreadable(
                "what was before " + known + " can't be stated: " + why, "give --from " + known + " or later");
    }

    /** Whether an event of the time came before the chain, though by its own time it came later. */
    private boolean isUnsealed() {
        return figures.firstSequence() != 0
                && figures.firstSequence() < report.sealed().from();
    }

    private Optional<Refusal> tooLate() {
        return figures.firstSequence() != 0 || figures.waiting() == 0
                ? Optional.empty()
                : Refusal.unreadable(
                        "no seal covers the time yet: " + Figures.counted(figures.waiting(), "event")
                                + " of it wait for the next one",
                        "a running node seals within seconds, one that was killed when it is started again: ask again"
                                + " then");
    }

    private Optional<Refusal> unknown(Subject.Named subject) {
        if (figures.isSubjectBehind()) {
            return Refusal.unreadable(
                    "no seal covers session " + subject.name() + " yet: it begins behind sequence " + through,
                    "a running node seals within seconds: ask again then");
        }
        return figures.isSubjectKnown()
                ? Optional.empty()
                : Optional.of(new Refusal(
                        ExitStatus.USAGE,
                        "session " + subject.name() + " is not in this journal up to sequence " + through,
                        "weir audit --sessions lists all"));
    }
}
