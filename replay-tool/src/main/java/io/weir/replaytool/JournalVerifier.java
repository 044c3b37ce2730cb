package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.seal.Anchor;
import io.weir.aggregator.seal.SealPublicKey;
import io.weir.aggregator.seal.TrustedKeys;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.replaytool.Break.Kind;
import io.weir.replaytool.VerifyReport.Trust;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reads a whole journal once, through the reader's checks, the one fold and the chain of seals. One journal, one thread, once;
 * keeps nothing that grows with the journal but the sessions that are open.
 */
final class JournalVerifier {
    private static final EventSink NOBODY = new EventSink() {
        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {}

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}
    };

    private final JournalReader reader;
    private final JournalAuditor auditor;
    private final TrustedKeys trusted;
    private final Breaks breaks = new Breaks();
    private final SealSignatures signatures;
    private final AnchorCheck anchors;

    /**
     * Prepares a verification.
     *
     * @param reader at the journal's beginning; stays the caller's
     */
    JournalVerifier(JournalReader reader, TrustedKeys trusted, List<Anchor> anchors) {
        this.reader = reader;
        this.auditor = new JournalAuditor(reader, SessionView.NONE, 0);
        this.trusted = trusted;
        this.signatures = new SealSignatures(trusted, breaks);
        this.anchors = new AnchorCheck(anchors);
    }

    /** The state so far, as {@link JournalAuditor#fold} has it. */
    LedgerFold fold() {
        return auditor.fold();
    }

    /** From now on shows each event to somebody before it is folded. */
    void showFirstTo(EventSink onlooker) {
        auditor.showFirstTo(onlooker);
    }

    /**
     * Reads the journal to where it ends now.
     *
     * @param hint what the journal's folder said about its last checkpoint before the reading began
     */
    VerifyReport verify(Optional<CheckpointHint> hint, ReadProgress progress, long nowMillis) {
        SealCheck check = new SealCheck(reader, auditor, breaks, signatures, anchors);
        reader.tap(check);
        ReadOutcome outcome = reader.read(check, progress);
        return report(check, outcome, auditor.report(hint, outcome), true, nowMillis);
    }

    /** As {@link #verify}, but adds nothing up: of the events it looks at seals and starts of the node only. */
    VerifyReport verifySeals(Optional<CheckpointHint> hint, ReadProgress progress, long nowMillis) {
        SealCheck check = new SealCheck(reader, NOBODY, breaks, signatures, anchors);
        reader.tap(check);
        ReadOutcome outcome = reader.readSeals(check, progress);
        List<Finding> missing = hint.flatMap(known -> JournalAuditor.missingEnd(known, outcome)).stream()
                .toList();
        Omissions omissions = check.omissions(outcome.firstSequence());
        return report(
                check, outcome, AuditReport.ofNoSums(outcome, check.nodeId(), missing, omissions), false, nowMillis);
    }

    private VerifyReport report(
            SealCheck check, ReadOutcome outcome, AuditReport audit, boolean areSumsChecked, long nowMillis) {
        signatures.checkPending();
        check.reportBeginning(outcome);
        reportEnd(outcome, check.sealed());
        return new VerifyReport(
                audit,
                areSumsChecked,
                all(audit),
                check.sealed(),
                check.tailFromMillis(),
                nowMillis,
                keys(),
                anchors.given(),
                anchors.foundCount(),
                anchors.before(outcome.firstSequence()),
                anchors.anchoredSequence());
    }

    private void reportEnd(ReadOutcome outcome, Sealed sealed) {
        long last = outcome.lastSequence();
        long behind = reader.findBehindEnd();
        if (behind >= 0) {
            breaks.add(
                    Kind.TRUNCATED,
                    last + 1,
                    new JournalPosition(outcome.position().file(), behind, last),
                    "a whole record lies behind a header that says that nothing follows");
        }
        if (sealed.seals() == 0 && !trusted.keys().isEmpty() && !outcome.isStopped()) {
            breaks.add(
                    Kind.NOT_SEALED,
                    last,
                    JournalPosition.BEGINNING,
                    "there is a key and no seal that it made: a node that has the key seals from its start on");
        }
        anchors.report(breaks, outcome.firstSequence(), last, outcome.isStopped());
    }

    private List<Break> all(AuditReport audit) {
        List<Break> all = new ArrayList<>(breaks.list());
        for (Finding each : audit.findings()) {
            of(each).ifPresent(all::add);
        }
        all.sort(Comparator.comparingLong(Break::sequence)); // stable: what was done before what follows from it
        long more = breaks.unlisted() + Math.max(0, all.size() - Breaks.LISTED);
        if (all.size() > Breaks.LISTED) {
            all.subList(Breaks.LISTED, all.size()).clear();
        }
        if (more > 0) {
            all.add(new Break(Kind.NOT_LISTED, 0, "", 0, Figures.exact(more) + " more, not listed", ""));
        }
        return all;
    }

    /** What the fold found; what the reader found was named while it read. */
    private static Optional<Break> of(Finding finding) {
        Kind kind = switch (finding.kind()) {
            case CORRUPT_RECORD, SEQUENCE_GAP, DUPLICATE_SEQUENCE, NEWER_VERSION, UNREADABLE, LOST -> null;
            case CONSERVATION, ROOT_SUM -> Kind.CONSERVATION;
            case END_MISSING -> Kind.TRUNCATED;
            case NO_STATE -> Kind.NO_STATE;
            case LOST_BEFORE_START -> Kind.LOST_BEFORE_START;
            case NOT_LISTED -> Kind.NOT_LISTED;
        };
        if (kind == null) {
            return Optional.empty();
        }
        return Optional.of(
                new Break(kind, finding.sequence(), finding.file(), finding.offset(), finding.sentence(), ""));
    }

    private List<VerifyReport.Key> keys() {
        List<VerifyReport.Key> keys = new ArrayList<>();
        signatures.keys().forEach((hex, first) -> {
            SealPublicKey key = SealPublicKey.ofHex(hex);
            keys.add(new VerifyReport.Key(key.id(), first, trust(key, keys.isEmpty())));
        });
        return keys;
    }

    private Trust trust(SealPublicKey key, boolean isFirst) {
        if (trusted.keys().isEmpty() && isFirst) {
            return Trust.UNKNOWN;
        }
        if (!trusted.keys().contains(key)) {
            return Trust.NOT_TRUSTED;
        }
        return trusted.isFromElsewhere() ? Trust.GIVEN : Trust.BESIDE_JOURNAL;
    }
}
