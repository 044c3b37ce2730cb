package io.weir.replaytool;

import io.weir.replaytool.VerifyReport.Trust;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the check of a statement found. Immutable.
 *
 * @param statement what was checked
 * @param trust how the key that it names was come by; {@code NOT_TRUSTED} if it is not there
 * @param isSignatureRight whether that key signed this statement
 * @param journal what the journal's own proof found; null if there was none to compare with
 * @param isComparable whether the journal reaches back to where the statement begins
 * @param findings why the statement is not proved; empty if it is
 */
record StatementReport(
        SignedStatement statement,
        Trust trust,
        boolean isSignatureRight,
        @Nullable VerifyReport journal,
        boolean isComparable,
        List<Problem> findings) {

    /**
     * One reason.
     *
     * @param what in words
     * @param field the label of the field that it is about; null if it is about none
     * @param stated what the statement says of it; null if nothing
     * @param found what the journal says of it; null if nothing
     */
    record Problem(
            String what,
            @Nullable String field,
            @Nullable String stated,
            @Nullable String found) {
        static Problem of(String what) {
            return new Problem(what, null, null, null);
        }

        static Problem differs(StatementField field, @Nullable String stated, @Nullable String found) {
            return new Problem(
                    field.label() + ": the statement says " + (stated == null ? "nothing" : stated) + ", the journal "
                            + (found == null ? "nothing" : found),
                    field.label(),
                    stated,
                    found);
        }
    }

    StatementReport {
        findings = List.copyOf(findings);
    }

    int exitStatus() {
        if (!findings.isEmpty()) {
            return ExitStatus.VIOLATED;
        }
        return journal != null && !isComparable ? ExitStatus.UNREADABLE : ExitStatus.OK;
    }

    /** The word for it. */
    String verdict() {
        return switch (exitStatus()) {
            case ExitStatus.OK -> "ok";
            case ExitStatus.VIOLATED -> "violated";
            default -> "unproved";
        };
    }

    /** Whether the figures were added up again. */
    boolean isCompared() {
        return journal != null && isComparable;
    }

    /** What was not proved, in plain words. */
    List<String> notProved() {
        List<String> gaps = new ArrayList<>();
        if (journal == null) {
            gaps.add("that the figures are those of the journal: there is none here, so only the signature was checked;"
                    + " give --data with the journal or a copy of it");
        } else if (!isComparable) {
            gaps.add("that the figures are those of the journal: it begins at sequence "
                    + journal.audit().firstSequence()
                    + ", or is sealed from there, too late for the statement; only the signature was checked");
        }
        gaps.add("anything about the events behind sequence " + statement.value(StatementField.THROUGH_SEQUENCE));
        gaps.add(
                "that whoever has the private key was honest, and that his clock was right when the statement was made");
        if (trust == Trust.BESIDE_JOURNAL) {
            gaps.add(
                    "that the key is this node's: it was found beside the journal, where whoever replaces both can put his"
                            + " own; give --public-key with a copy that you kept");
        }
        return gaps;
    }
}
