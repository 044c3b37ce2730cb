package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.RecordTap;
import io.weir.aggregator.seal.RecordChain;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.replaytool.Break.Kind;

/**
 * Hashes a journal's records while another sink folds them, if one does, and compares every seal with the hash and with the seal before
 * it. It needs no events but seals and starts of the node. One thread, once.
 *
 * <p>A seal that fits is followed. One that does not is followed if its key is trusted and signed it, and if it stands where it
 * says; else it is a record like any other, and the seal after it decides.
 */
final class SealCheck implements EventSink, RecordTap {
    private final JournalReader reader;
    private final EventSink sink;
    private final Breaks breaks;
    private final SealSignatures signatures;
    private final AnchorCheck anchors;
    private final RecordChain chain = new RecordChain();
    private JournalPosition span = JournalPosition.BEGINNING; // the span's first record
    private boolean isSpanEmpty = true;
    private String nodeId = "";
    private long first;
    private long shift; // by how much the sequences differ from what the seals say
    private boolean isSealed;
    private Sealed sealed = Sealed.NOTHING;
    private long tailFromMillis;
    private boolean isTailEmpty = true;
    private final Omissions.Builder omissions = new Omissions.Builder();
    private long prunedUnsealed = 1; // the first event that the journal says was kept; not sealed yet
    private long prunedSealed = 1;

    SealCheck(JournalReader reader, EventSink sink, Breaks breaks, SealSignatures signatures, AnchorCheck anchors) {
        this.reader = reader;
        this.sink = sink;
        this.breaks = breaks;
        this.signatures = signatures;
        this.anchors = anchors;
    }

    /** What the seals cover, so far. */
    Sealed sealed() {
        return sealed;
    }

    /** Who wrote the journal, as its last start says that was read; empty if none was. */
    String nodeId() {
        return nodeId;
    }

    /** What the journal states to be no longer in it. */
    Omissions omissions(long firstSequence) {
        return omissions.build(firstSequence);
    }

    /** When the first event behind the last seal came, in ms since the epoch; 0 if there is none. */
    long tailFromMillis() {
        return isTailEmpty ? 0 : tailFromMillis;
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        came(sequence, atMillis);
        sink.transferred(sequence, atMillis, sessionId, delta);
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        came(sequence, atMillis);
        if (event instanceof Seal seal) {
            seal(sequence, atMillis, seal);
        } else if (event instanceof NodeStarted node) {
            nodeId = node.nodeId();
        } else if (event instanceof JournalPruned pruned) {
            prunedUnsealed = Math.max(prunedUnsealed, pruned.firstKept());
            omissions.pruned(sequence, pruned);
        } else if (event instanceof EventsOmitted omitted) {
            omitted(sequence, omitted);
        }
        sink.event(sequence, atMillis, event);
    }

    private void omitted(long sequence, EventsOmitted omitted) {
        omissions.omitted(sequence, omitted);
        if (omitted.isLost()) {
            breaks.add(Kind.LOST, sequence, reader.recordPosition(), Omissions.sentence(sequence, omitted));
        }
    }

    private void came(long sequence, long atMillis) {
        if (first == 0) {
            first = sequence;
            chain.begin(sequence);
        }
        if (isTailEmpty) {
            isTailEmpty = false;
            tailFromMillis = atMillis;
        }
    }

    @Override
    public void record(long lastSequence, byte[] bytes, int offset, int length) {
        JournalPosition place = reader.recordPosition();
        if (lastSequence != sealed.sequence()) {
            came(place.sequence() + 1, reader.recordMillis()); // of this record maybe no event was shown
        }
        if (isSpanEmpty) {
            isSpanEmpty = false;
            span = place;
        }
        breaks.record(place.sequence() + 1, bytes, offset, length);
        chain.record(lastSequence, bytes, offset, length);
    }

    @Override
    public void repeated(long firstSequence, byte[] bytes, int offset, int length) {
        breaks.repeated(firstSequence, bytes, offset, length, reader.recordPosition());
    }

    @Override
    public void fault(JournalFault fault) {
        if (fault.kind() == FaultKind.SEQUENCE_GAP) {
            JournalPosition place = reader.recordPosition();
            breaks.gap(fault.afterSequence() + 1, place.sequence(), place);
        } else {
            breaks.fault(fault);
        }
    }

    /** Says what is missing at the beginning, unless a sealed event says that it was pruned. */
    void reportBeginning(ReadOutcome outcome) {
        long kept = isSealed ? prunedSealed : prunedUnsealed;
        boolean isPruned = first <= kept;
        if (first <= 1 || isPruned) {
            return;
        }
        if (!breaks.addBeginning()) {
            breaks.add(Kind.DELETED, 1, JournalPosition.BEGINNING, Omissions.withoutProof(outcome.firstSequence()));
        }
    }

    private void seal(long sequence, long atMillis, Seal seal) {
        JournalPosition place = reader.recordPosition();
        boolean isTrusted = signatures.isTrusted(seal, sequence, place);
        boolean isCompared = isSealed || (seal.chainFirst() != sequence && !isCut(seal));
        if (fits(sequence, place, seal)) {
            breaks.spanEnds();
            if (isTrusted) {
                signatures.checkLater(seal, atMillis, sequence, place);
            }
            follow(sequence, atMillis, seal, isCompared);
            return;
        }
        signatures.checkPending(); // this one does not vouch for them
        boolean isGenuine = signatures.isGenuine(seal, atMillis) && isTrusted;
        boolean isHere =
                seal.nodeId().equals(node(seal)) && (isBehind(seal) || seal.lastSequence() == sequence - 1 - shift);
        if (!isGenuine || !isHere) {
            forged(sequence, place, seal, isGenuine, isTrusted);
            return;
        }
        misfit(sequence, place, seal);
        follow(sequence, atMillis, seal, false);
    }

    private boolean fits(long sequence, JournalPosition place, Seal seal) {
        boolean isAlone = place.sequence() + 1 == sequence;
        boolean isInPlace = seal.lastSequence() == sequence - 1 - shift
                && isAlone
                && seal.nodeId().equals(node(seal));
        if (!isSealed && seal.chainFirst() == sequence) {
            return isInPlace && beginsHere(sequence, seal);
        }
        if (!isSealed && isCut(seal)) {
            return isInPlace; // only what follows can be compared
        }
        return isInPlace
                && seal.firstSequence() == chain.spanFirst()
                && seal.previous().equals(chain.previous())
                && seal.chainFirst() == chain.chainFirst()
                && seal.records() == chain.records()
                && seal.digest().equals(chain.digest());
    }

    /** Whether a seal goes on where the one before it ended, or later: then something is missing. */
    private boolean isBehind(Seal seal) {
        return seal.previous().equals(chain.previous()) || seal.firstSequence() >= chain.spanFirst();
    }

    /** Whether the seal's span began in a file that is not here. */
    private boolean isCut(Seal seal) {
        return seal.firstSequence() < first;
    }

    /** The node that writes; a seal before the first start that was read can only be believed. */
    private String node(Seal seal) {
        return nodeId.isEmpty() ? seal.nodeId() : nodeId;
    }

    private static boolean beginsHere(long sequence, Seal seal) {
        RecordChain empty = new RecordChain();
        empty.begin(sequence);
        return seal.firstSequence() == sequence
                && seal.previous().equals(RecordChain.NO_DIGEST)
                && seal.records() == 0
                && seal.digest().equals(empty.digest());
    }

    private void forged(long sequence, JournalPosition place, Seal seal, boolean isGenuine, boolean isTrusted) {
        if (!isTrusted) {
            return; // that was said
        }
        String what = isGenuine
                ? "the seal was made for another place: it covers the events " + seal.firstSequence() + " to "
                        + seal.lastSequence() + " of node " + seal.nodeId()
                : "the seal was not signed by the key that it names, or was changed";
        breaks.add(Kind.FORGED, sequence, place, what);
    }

    private void misfit(long sequence, JournalPosition place, Seal seal) {
        long surplus = sequence - 1 - shift - seal.lastSequence();
        String name = "the seal at sequence " + sequence + " over the events " + seal.firstSequence() + " to "
                + seal.lastSequence();
        if (seal.previous().equals(RecordChain.NO_DIGEST) && isSealed) {
            breaks.add(
                    Kind.CHAIN_RESTARTED,
                    sequence,
                    place,
                    "a chain begins here that is bound to none of the seals before");
            breaks.spanEnds();
        } else if (!breaks.spanBreaks(name)) {
            breaks.add(kind(surplus, seal), span.sequence() + 1, isSpanEmpty ? place : span, what(surplus, seal, name));
            breaks.spanEnds();
        }
        shift += surplus;
    }

    private Kind kind(long surplus, Seal seal) {
        if (surplus != 0) {
            return surplus > 0 ? Kind.INSERTED : Kind.DELETED;
        }
        return seal.previous().equals(chain.previous()) ? Kind.EDITED : Kind.DELETED;
    }

    private String what(long surplus, Seal seal, String name) {
        String where = "between here and " + name;
        if (surplus > 0) {
            return Figures.counted(surplus, "event") + " were put in " + where;
        }
        if (surplus < 0) {
            return Figures.counted(-surplus, "event") + " were taken out " + where;
        }
        if (!seal.previous().equals(chain.previous())) {
            return "a seal is missing or another than was written " + where;
        }
        return "the records are not those that were sealed, from here to " + name;
    }

    /** @param isCompared whether what the seal covers was hashed, and is what was sealed: only then what it says of pruning is true */
    private void follow(long sequence, long atMillis, Seal seal, boolean isCompared) {
        sealed = sealed.and(seal, isCut(seal) ? sequence : seal.firstSequence(), sequence, atMillis);
        anchors.sealed(seal, atMillis);
        isSealed = true;
        if (isCompared) {
            prunedSealed = prunedUnsealed;
        } else {
            prunedUnsealed = prunedSealed;
        }
        chain.sealed(seal);
        isSpanEmpty = true;
        isTailEmpty = true;
    }
}
