package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects an HTTP head from the pieces in which it comes. One per connection, event loop's thread. */
final class HeadReader {
    private static final int LIMIT_BYTES = 16 * 1024;
    private static final int END = 0x0D0A0D0A; // CR LF CR LF

    private byte[] collected = new byte[512];
    private int length;
    private int lastFour;

    /** Whether nothing of the next head has come yet. */
    boolean isEmpty() {
        return length == 0;
    }

    /** Consumes what belongs to the head, and answers with it when it is complete; null until then. */
    @Nullable Head read(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (length == collected.length) {
                if (length == LIMIT_BYTES) {
                    throw new IOException("a head of more than " + LIMIT_BYTES + " bytes");
                }
                collected = Arrays.copyOf(collected, 2 * length);
            }
            collected[length++] = next;
            lastFour = (lastFour << Byte.SIZE) | (next & 0xFF);
            if (lastFour == END) {
                var head = new Head(new String(collected, 0, length, StandardCharsets.ISO_8859_1));
                length = 0;
                lastFour = 0;
                return head;
            }
        }
        return null;
    }
}
