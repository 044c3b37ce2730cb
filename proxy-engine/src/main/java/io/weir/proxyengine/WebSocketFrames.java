package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;

/**
 * Counts the frames in one direction of a WebSocket as they pass (RFC 6455 §5.2), however they are cut into buffers. What is no WebSocket
 * gives a meaningless number and does no harm. Event loop of the exchange.
 */
final class WebSocketFrames {
    private static final int MASK = 0x80;

    private int headLeft = 2;
    private int seen;
    private int shortLength;
    private long length;
    private long payloadLeft;
    private long count;

    long count() {
        return count;
    }

    void scan(ByteBuf buffer) {
        int at = buffer.readerIndex();
        int end = buffer.writerIndex();
        while (at < end) {
            if (payloadLeft > 0) {
                int passed = (int) Math.min(payloadLeft, end - at);
                payloadLeft -= passed;
                at += passed;
            } else {
                head(buffer.getByte(at++) & 0xff);
            }
        }
    }

    private void head(int octet) {
        seen++;
        headLeft--;
        if (seen == 2) {
            shortLength = octet & 0x7f;
            int lengthBytes = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0;
            headLeft = lengthBytes + ((octet & MASK) == 0 ? 0 : 4);
            length = lengthBytes == 0 ? shortLength : 0;
        } else if (seen > 2 && seen <= 2 + (shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0)) {
            length = length << 8 | octet;
        }
        if (headLeft == 0) {
            count++;
            payloadLeft = length < 0 ? Long.MAX_VALUE : length;
            headLeft = 2;
            seen = 0;
        }
    }
}
