package io.weir.aggregator;

import io.weir.aggregator.journal.RecordEncoder;
import io.weir.aggregator.seal.RecordChain;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.LedgerEvent.Seal;
import org.jspecify.annotations.Nullable;

/**
 * Makes the journal's seals: follows every record that is in it and signs what they hash to. The writer's thread.
 *
 * <p>A seal changes nothing here before its record is in the journal, so one that could not be written is made anew.
 */
final class Sealer {
    private final RecordChain chain;
    private final @Nullable SealKey key; // null: nothing is sealed
    private final String nodeId;
    private @Nullable Seal made;
    private long sealSequence;

    private Sealer(RecordChain chain, @Nullable SealKey key, String nodeId) {
        this.chain = chain;
        this.key = key;
        this.nodeId = nodeId;
    }

    /** Goes on where the journal ends; without a key nothing is sealed. */
    static Sealer of(RecordChain chain, @Nullable SealKey key, String nodeId) {
        return new Sealer(chain, key, nodeId);
    }

    /** Seals nothing. */
    static Sealer none() {
        return new Sealer(new RecordChain(), null, "");
    }

    /** The node's name in seals. */
    String nodeId() {
        return nodeId;
    }

    boolean isOn() {
        return key != null;
    }

    /** Whether it is not known what a seal would cover: the journal has none, and was not read from its beginning. */
    boolean isWithoutChain() {
        return !chain.isKnown();
    }

    /** The last seal of this run; 0 before the first. */
    long sealSequence() {
        return sealSequence;
    }

    /** The seal of everything up to the fold's last event, to be written next. */
    Seal seal(LedgerFold fold, long atMillis) {
        SealKey signer = key;
        if (signer == null) {
            throw new IllegalStateException("there is no key");
        }
        if (!chain.isKnown()) {
            chain.begin(fold.sequence() + 1);
        }
        Seal seal = signer.seal(chain, nodeId, fold.boot(), atMillis);
        made = seal;
        return seal;
    }

    /** The finished record is in the journal. */
    void appended(RecordEncoder record) {
        Seal seal = made;
        if (seal != null && seal.lastSequence() + 1 == record.firstSequence()) {
            chain.sealed(seal);
            sealSequence = record.firstSequence();
        }
        made = null;
        if (key != null) {
            chain.record(record.lastSequence(), record.bytes(), record.offset(), record.length());
        }
    }

    /** The record that was to be written is not in the journal. */
    void dropped() {
        made = null;
    }
}
