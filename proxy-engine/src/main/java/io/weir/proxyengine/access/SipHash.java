package io.weir.proxyengine.access;

/**
 * SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, "SipHash: a fast short-input PRF"): who does not know the key can neither foretell nor find again what it makes
 * of a text. Its work depends on the length only. Immutable.
 */
final class SipHash {
    private static final int CHARS_A_WORD = 4;

    private final long key0;
    private final long key1;

    SipHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** Of the text's characters, two bytes each, the low one first. */
    Fingerprint of(String text) {
        var state = new State(key0, key1);
        int length = text.length();
        int whole = length - length % CHARS_A_WORD;
        for (int i = 0; i < whole; i += CHARS_A_WORD) {
            state.add(text.charAt(i)
                    | (long) text.charAt(i + 1) << 16
                    | (long) text.charAt(i + 2) << 32
                    | (long) text.charAt(i + 3) << 48);
        }
        long last = (2L * length) << 56;
        for (int i = whole; i < length; i++) {
            last |= (long) text.charAt(i) << (16 * (i - whole));
        }
        state.add(last);
        long first = state.finish(0xee, 0);
        return new Fingerprint(first, state.finish(0, 0xdd));
    }

    /** The four words on the way; one call only. */
    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long key0, long key1) {
            v0 = key0 ^ 0x736f6d6570736575L;
            v1 = key1 ^ 0x646f72616e646f6dL ^ 0xee;
            v2 = key0 ^ 0x6c7967656e657261L;
            v3 = key1 ^ 0x7465646279746573L;
        }

        void add(long word) {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
        }

        long finish(int into2, int into1) {
            v2 ^= into2;
            v1 ^= into1;
            for (int i = 0; i < 4; i++) {
                round();
            }
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
