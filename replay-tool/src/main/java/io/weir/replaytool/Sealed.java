package io.weir.replaytool;

import io.weir.eventbus.LedgerEvent.Seal;
import org.jspecify.annotations.Nullable;

/**
 * What the seals of a journal cover. Immutable.
 *
 * @param seals how many there are
 * @param from the first event that one covers; 0 if there are none
 * @param sequence the last seal's own sequence; 0 if there are none
 * @param atMillis the last seal's time
 * @param last the last seal
 */
record Sealed(
        long seals,
        long from,
        long sequence,
        long atMillis,
        @Nullable Seal last) {
    static final Sealed NOTHING = new Sealed(0, 0, 0, 0, null);

    Sealed and(Seal seal, long sealSequence, long sealAtMillis) {
        return new Sealed(seals + 1, last == null ? seal.chainFirst() : from, sealSequence, sealAtMillis, seal);
    }
}
