package io.weir.benchmarks.load;

import java.nio.ByteBuffer;

/** What a {@link Wire} has to send, and how far it is: a few bytes and, after them, filler from its beginning. */
final class Message {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer head = NOTHING;
    private long fillerOffset;
    private long fillerLeft;

    /** Begins the next one, once the one before is sent. */
    void begin(byte[] first, long filler) {
        if (isLeft()) {
            throw new IllegalStateException("the message before is not sent yet");
        }
        head = ByteBuffer.wrap(first);
        fillerOffset = 0;
        fillerLeft = filler;
    }

    boolean isLeft() {
        return head.hasRemaining() || fillerLeft > 0;
    }

    /** What comes next, in the loop's write buffer while there is head left, so that one system call is for both. */
    ByteBuffer next(EventLoop loop) {
        if (!head.hasRemaining()) {
            return loop.filler().at(fillerOffset, fillerLeft);
        }
        ByteBuffer bytes = loop.writeBuffer().put(head.duplicate());
        return bytes.put(loop.filler().at(fillerOffset, Math.min(fillerLeft, bytes.remaining())))
                .flip();
    }

    /** So much of it is on its way. */
    void taken(int count) {
        int ofHead = Math.min(count, head.remaining());
        head.position(head.position() + ofHead);
        fillerOffset += count - ofHead;
        fillerLeft -= count - ofHead;
    }
}
