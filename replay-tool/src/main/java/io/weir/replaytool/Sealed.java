package io.weir.replaytool;

import io.weir.eventbus.LedgerEvent.Seal;
import org.jspecify.annotations.Nullable;

/**
 * What the seals of a journal cover. Immutable.
 *
 * @param seals how many there are
 * @param from the first event of which that was compared; 0 if there are none
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

    /** One more seal, which covers the events from {@code first} on if it is the first. */
    Sealed and(Seal seal, long first, long sealSequence, long sealAtMillis) {
        return new Sealed(seals + 1, last == null ? first : from, sealSequence, sealAtMillis, seal);
    }
}
