package io.weir.replaytool;

import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.seal.Anchor;
import io.weir.aggregator.seal.SealPublicKey;
import io.weir.aggregator.seal.TrustedKeys;
import io.weir.replaytool.StatementReport.Problem;
import io.weir.replaytool.Subject.Named;
import io.weir.replaytool.VerifyReport.Trust;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks a statement's signature, and its figures against a journal, by adding them up again. One thread, once. With a journal it holds what
 * {@link JournalVerifier} holds.
 */
final class StatementCheck {
    /** What the journal does not determine. */
    private static final Set<StatementField> NOT_OF_JOURNAL = EnumSet.of(
            StatementField.VERSION,
            StatementField.STATUS,
            StatementField.MADE,
            StatementField.SUBJECT,
            StatementField.NAME,
            StatementField.FROM,
            StatementField.TO,
            StatementField.THROUGH_SEQUENCE,
            StatementField.WAITING);

    private static final int BREAKS_LISTED = 100;

    private final SignedStatement statement;
    private final TrustedKeys keys;
    private final List<Problem> findings = new ArrayList<>();
    private final @Nullable SealPublicKey key;
    private final boolean isSignatureRight;

    StatementCheck(SignedStatement statement, TrustedKeys keys) {
        this.statement = statement;
        this.keys = keys;
        this.key = keys.keys().stream()
                .filter(each -> each.id().equals(statement.value(StatementField.KEY)))
                .findFirst()
                .orElse(null);
        this.isSignatureRight = key != null
                && statement.isSigned()
                && key.hasSignedStatement(statement.signedBytes(), statement.signature());
        checkSignature();
    }

    private void checkSignature() {
        if (!statement.isSigned()) {
            findings.add(Problem.of("the statement is not signed: anybody can have written it"));
        } else if (key == null) {
            findings.add(Problem.of("the statement names the key " + statement.value(StatementField.KEY)
                    + ", which is none of those that are trusted here"));
        } else if (!isSignatureRight) {
            findings.add(Problem.of("the key " + key.id()
                    + " did not sign this: the statement or its signature was changed, or is another's"));
        }
    }

    /** What can be said without a journal. */
    StatementReport report() {
        return new StatementReport(statement, trust(), isSignatureRight, null, false, findings);
    }

    private Trust trust() {
        if (key == null) {
            return Trust.NOT_TRUSTED;
        }
        return keys.isFromElsewhere() ? Trust.GIVEN : Trust.BESIDE_JOURNAL;
    }

    /** Compares with a journal, which is read to its end and proved. */
    StatementReport compare(
            JournalAccess journal, JournalReader reader, List<Anchor> anchors, ProgressOption progress) {
        JournalVerifier verifier = new JournalVerifier(reader, keys, anchors);
        StatedFigures figures = new StatedFigures(verifier.fold(), subject(), range());
        verifier.showFirstTo(figures);
        Optional<CheckpointHint> hint = CheckpointHint.read(journal.folder()); // before reading
        long now = System.currentTimeMillis();
        VerifyReport report = progress.during(journal, line -> verifier.verify(hint, line, now));
        figures.end();
        boolean isComparable = !figures.beginsTooEarly();
        if (isComparable) {
            compare(report, figures);
        }
        report.breaks().stream()
                .limit(BREAKS_LISTED)
                .forEach(each -> findings.add(Problem.of("the journal: " + each.line())));
        return new StatementReport(statement, trust(), isSignatureRight, report, isComparable, findings);
    }

    private Named subject() {
        return new Named(
                Named.Kind.of(statement.value(StatementField.SUBJECT)).orElseThrow(),
                statement.value(StatementField.NAME));
    }

    private EventRange range() {
        String from = statement.find(StatementField.FROM);
        String to = statement.find(StatementField.TO);
        return new EventRange(
                from == null ? 0 : Instant.parse(from).toEpochMilli(),
                to == null ? Long.MAX_VALUE : Instant.parse(to).toEpochMilli(),
                1,
                statement.number(StatementField.THROUGH_SEQUENCE));
    }

    private void compare(VerifyReport report, StatedFigures figures) {
        long through = statement.number(StatementField.THROUGH_SEQUENCE);
        long last = report.audit().sequence();
        if (last < through) {
            findings.add(Problem.of(
                    "the journal ends at sequence " + last + ", before the statement does, at sequence " + through));
        }
        Map<StatementField, String> found = figures.values();
        if (figures.seal() == null) {
            found.put(StatementField.NODE, report.audit().nodeId());
        }
        for (StatementField field : StatementField.values()) {
            String stated = statement.find(field);
            if (!NOT_OF_JOURNAL.contains(field) && !Objects.equals(stated, found.get(field))) {
                findings.add(Problem.differs(field, stated, found.get(field)));
            }
        }
        if (figures.waiting() < statement.number(StatementField.WAITING)) {
            findings.add(Problem.differs(
                    StatementField.WAITING, statement.value(StatementField.WAITING), Long.toString(figures.waiting())));
        }
    }
}
