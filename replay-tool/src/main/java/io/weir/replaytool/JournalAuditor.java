package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.Violation;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.Tally;
import io.weir.replaytool.Finding.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole journal through the one fold and checks that its sums agree. One journal, one thread, once.
 *
 * <p>The fold checks sessions, closes, checkpoints and ids; the reader checksums and sequences. What is left is done
 * here: the global totals against the sum of the sessions, the journal's end against what is known to have been written,
 * and where in the files each finding is. It keeps nothing that grows with the journal but the sessions that are open.
 */
final class JournalAuditor implements EventSink {
    /** How many findings a report lists at most. */
    static final int FINDINGS_LISTED = 1_000;

    private final JournalReader reader;
    private final SessionView view;
    private final long watchedSession;
    private final LedgerFold fold = new LedgerFold();
    private final RootSum rootSum = new RootSum();
    private final Map<Long, JournalPosition> places = new HashMap<>(); // of violations, by sequence
    private final List<Finding> losses = new ArrayList<>();
    private @Nullable EventSink witness;
    private long violationsPlaced;
    private long firstMillis;
    private long boots;
    private String nodeId = ""; // as starts and seals say, also before there is state
    private long startSequence;
    private long beforeStartMillis;
    private long sealSequence;
    private long beforeSealMillis;
    private boolean isStartBehindSeal;
    private final Omissions.Builder omissions = new Omissions.Builder();

    /**
     * Prepares an audit.
     *
     * @param reader at the journal's beginning; stays the caller's
     * @param watchedSession whose deltas the view wants; 0 for nobody's
     */
    JournalAuditor(JournalReader reader, SessionView view, long watchedSession) {
        this.reader = reader;
        this.view = view;
        this.watchedSession = watchedSession;
    }

    /** The state so far, for whoever looks on; to be asked while an event is shown to him. */
    LedgerFold fold() {
        return fold;
    }

    /** From now on shows each event to somebody before it is folded. */
    void showFirstTo(EventSink onlooker) {
        witness = onlooker;
    }

    /**
     * Reads the journal to where it ends now.
     *
     * @param hint what the journal's folder said about its last checkpoint before the reading began
     */
    AuditReport audit(Optional<CheckpointHint> hint, ReadProgress progress) {
        return report(hint, reader.read(this, progress));
    }

    /** What comes of a reading whose events were all handed to this sink, maybe by another. */
    AuditReport report(Optional<CheckpointHint> hint, ReadOutcome outcome) {
        fold.forEachOpen(view::session);
        return new AuditReport(
                findings(outcome, hint),
                outcome.isStopped(),
                outcome.isUnfinished(),
                outcome.firstSequence(),
                outcome.lastSequence(),
                firstMillis,
                fold.atMillis(),
                outcome.records(),
                outcome.events(),
                fold.skipped(),
                fold.nodeId().isEmpty() ? nodeId : fold.nodeId(),
                boots,
                fold.boot(),
                fold.sessionsOpened(),
                fold.openCount(),
                fold.totals(),
                fold.closedByReason(),
                fold.gaps(),
                fold.gapCount(),
                omissions.build(outcome.firstSequence()));
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        if (witness != null) {
            witness.transferred(sequence, atMillis, sessionId, delta);
        }
        fold.transferred(sequence, atMillis, sessionId, delta);
        if (fold.violations() != violationsPlaced) {
            place(sequence);
        }
        if (sessionId == watchedSession) {
            view.moved(sequence, atMillis, delta);
        }
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        if (witness != null) {
            witness.event(sequence, atMillis, event);
        }
        if (fold.sequence() == 0) {
            firstMillis = atMillis;
        }
        if (event instanceof SessionClosed closed) {
            closed(sequence, atMillis, closed);
        } else {
            boolean wasStarted = fold.isStarted();
            note(sequence, event);
            fold.event(sequence, atMillis, event);
            if (!wasStarted && fold.isStarted()) {
                rootSum.adopted(fold);
            }
        }
        if (fold.violations() != violationsPlaced || event instanceof LedgerEvent.ConservationViolated) {
            place(sequence);
        }
    }

    private void closed(long sequence, long atMillis, SessionClosed closed) {
        ConnectionInfo open = fold.findOpen(closed.sessionId());
        fold.event(sequence, atMillis, closed);
        if (open == null) {
            return; // a violation, which the fold has noted; or there is no state yet
        }
        rootSum.ended(open);
        view.session(Endings.of(open, atMillis, closed));
    }

    private void note(long sequence, LedgerEvent event) {
        if (event instanceof NodeStarted node) {
            nodeId = node.nodeId();
            boots++;
            startSequence = sequence;
            beforeStartMillis = fold.atMillis();
            isStartBehindSeal = sealSequence == sequence - 1;
        } else if (event instanceof Seal seal) {
            nodeId = seal.nodeId();
            sealSequence = sequence;
            beforeSealMillis = fold.atMillis();
        } else if (event instanceof JournalGap gap && isLoss(sequence, gap)) {
            lost(
                    Kind.LOST_BEFORE_START,
                    sequence,
                    "the node found the journal's end damaged when it started; what it said is lost: " + gap.cause());
        } else if (event instanceof JournalPruned pruned) {
            omissions.pruned(sequence, pruned);
        } else if (event instanceof EventsOmitted omitted) {
            omissions.omitted(sequence, omitted);
            if (omitted.isLost()) {
                lost(Kind.LOST, sequence, Omissions.sentence(sequence, omitted));
            }
        }
    }

    private void lost(Kind kind, long sequence, String what) {
        if (losses.size() < FINDINGS_LISTED) {
            JournalPosition place = reader.recordPosition();
            losses.add(new Finding(kind, sequence, 0, place.file(), place.offset(), what, null, null));
        }
    }

    /**
     * Whether something is missing. A gap that a running node leaves is followed by all that it held meanwhile, so no byte
     * is. One that begins with the last event of the boot before can't be: nobody was there to hold anything.
     */
    private boolean isLoss(long sequence, JournalGap gap) {
        return sequence == startSequence + 1
                && sequence > 2
                && isLastBeforeStart(gap.fromMillis())
                && gap.carried().equals(Tally.ZERO);
    }

    /** Whether the last event before the start came then; a start may write a seal first. */
    private boolean isLastBeforeStart(long millis) {
        return millis == beforeStartMillis || (isStartBehindSeal && millis == beforeSealMillis);
    }

    private void place(long sequence) {
        violationsPlaced = fold.violations();
        if (places.size() < FINDINGS_LISTED) {
            places.put(sequence, reader.recordPosition());
        }
    }

    private List<Finding> findings(ReadOutcome outcome, Optional<CheckpointHint> hint) {
        List<Finding> all = new ArrayList<>();
        for (JournalFault fault : outcome.faults()) {
            if (!omissions.explains(fault, outcome.firstSequence())) {
                all.add(finding(fault, outcome.isDamagedAtEndOnly()));
            }
        }
        if (omissions.lacksProof(outcome)) {
            all.add(Finding.of(Kind.SEQUENCE_GAP, 0, Omissions.withoutProof(outcome.firstSequence())));
        }
        for (Violation violation : fold.violationList()) {
            all.add(finding(violation));
        }
        all.addAll(losses);
        all.sort(Comparator.comparingLong(Finding::sequence)); // stable: damage before what follows from it
        long unlisted = outcome.faultCount()
                - outcome.faults().size()
                + fold.violations()
                - fold.violationList().size();
        if (all.size() > FINDINGS_LISTED) {
            unlisted += all.size() - FINDINGS_LISTED;
            all.subList(FINDINGS_LISTED, all.size()).clear();
        }
        addIfStateIsMissing(all);
        addIfRootSumDiffers(all);
        hint.flatMap(known -> missingEnd(known, outcome)).ifPresent(all::add);
        if (unlisted > 0) {
            all.add(Finding.of(Kind.NOT_LISTED, 0, Figures.exact(unlisted) + " more, not listed"));
        }
        return all;
    }

    private static Finding finding(JournalFault fault, boolean isAtEnd) {
        String remark = isAtEnd
                ? "; nothing whole follows, as after a loss of power: the next start keeps a copy of it and goes on"
                : "";
        return new Finding(
                kind(fault.kind()),
                fault.afterSequence(),
                0,
                fault.file(),
                fault.offset(),
                "record " + fault.what() + remark,
                null,
                null);
    }

    private static Kind kind(FaultKind kind) {
        return switch (kind) {
            case CORRUPT_RECORD -> Kind.CORRUPT_RECORD;
            case SEQUENCE_GAP -> Kind.SEQUENCE_GAP;
            case DUPLICATE_SEQUENCE -> Kind.DUPLICATE_SEQUENCE;
            case NEWER_VERSION -> Kind.NEWER_VERSION;
            case NOT_A_JOURNAL, UNREADABLE, LOCKED, UNWRITABLE -> Kind.UNREADABLE;
        };
    }

    private Finding finding(Violation violation) {
        JournalPosition place = places.getOrDefault(violation.sequence(), JournalPosition.BEGINNING);
        LedgerEvent.ConservationViolated what = violation.finding();
        return new Finding(
                Kind.CONSERVATION,
                violation.sequence(),
                what.sessionId(),
                place.file(),
                place.offset(),
                what.what(),
                what.expected(),
                what.found());
    }

    private void addIfStateIsMissing(List<Finding> all) {
        if (!fold.isStarted() && fold.sequence() > 0) {
            all.add(Finding.of(
                    Kind.NO_STATE,
                    fold.sequence(),
                    "the journal's beginning is missing and no checkpoint follows: "
                            + Figures.counted(fold.skipped(), "event") + " can't be added up"));
        }
    }

    private void addIfRootSumDiffers(List<Finding> all) {
        Tally rows = rootSum.total(fold);
        boolean differs = !rows.equals(fold.totals()) && fold.isStarted();
        if (differs || rootSum.isOverflown()) {
            all.add(new Finding(
                    Kind.ROOT_SUM,
                    fold.sequence(),
                    0,
                    "",
                    0,
                    "the sum of the root sessions is not the sum of all deltas",
                    rows,
                    fold.totals()));
        }
    }

    /** What is wrong if a journal ends before a checkpoint that was on disk when the reading began. */
    static Optional<Finding> missingEnd(CheckpointHint hint, ReadOutcome outcome) {
        long known = hint.position().sequence() + 1;
        if (outcome.lastSequence() >= known || outcome.isStopped()) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                Kind.END_MISSING,
                outcome.lastSequence(),
                "the journal ends at sequence " + outcome.lastSequence() + ", but a checkpoint at sequence " + known
                        + " was on disk in " + hint.position().file()));
    }
}
