package io.weir.aggregator;

/**
 * Remembers which of the latest session ids were used, so that one that comes twice is noticed. One thread.
 *
 * <p>Ids come nearly in order; a bitmap that slides with the highest covers {@link #WINDOW} of them in 8 KiB. Of an
 * older id it says that it was not used, which can miss a reuse but never accuses an innocent session.
 */
final class UsedIds {
    static final int WINDOW = 1 << 16;

    private final long[] bits = new long[WINDOW / Long.SIZE];
    private long highest;

    long highest() {
        return highest;
    }

    /** Marks a positive id as used. Answers false if it was already. */
    boolean use(long id) {
        if (id > highest) {
            slideTo(id);
        } else if (id <= highest - WINDOW) {
            return true;
        }
        int word = (int) (id / Long.SIZE) & (bits.length - 1);
        long bit = 1L << (id & (Long.SIZE - 1));
        boolean isNew = (bits[word] & bit) == 0;
        bits[word] |= bit;
        return isNew;
    }

    private void slideTo(long id) {
        long firstWord = highest / Long.SIZE + 1;
        long lastWord = id / Long.SIZE;
        long from = Math.max(firstWord, lastWord - bits.length + 1);
        for (long word = from; word <= lastWord; word++) {
            bits[(int) word & (bits.length - 1)] = 0;
        }
        highest = id;
    }
}
