package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The replies to requests by SOCKS, which are the same for everybody. Any thread; whoever asks for one releases it.
 *
 * <pre>
 * 5 reply 0 1 0.0.0.0:4 0:2     RFC 1928 §6; which address is used is not told
 * 0 reply port:2 address:4      SOCKS4; both mean nothing for a CONNECT
 * </pre>
 */
final class SocksReplies {
    private static final int CODES = 9;
    private static final ByteBuf[] VERSION_5 = version5();
    private static final ByteBuf GRANTED = constant(0, 0x5a, 0, 0, 0, 0, 0, 0);
    private static final ByteBuf REJECTED = constant(0, 0x5b, 0, 0, 0, 0, 0, 0);

    private SocksReplies() {}

    private static ByteBuf[] version5() {
        var replies = new ByteBuf[CODES];
        for (int code = 0; code < CODES; code++) {
            replies[code] = constant(5, code, 0, 1, 0, 0, 0, 0, 0, 0);
        }
        return replies;
    }

    static ByteBuf version5(int code) {
        return VERSION_5[code].retainedDuplicate();
    }

    static ByteBuf version4(boolean isGranted) {
        return (isGranted ? GRANTED : REJECTED).retainedDuplicate();
    }

    /** Bytes outside of the heap that are never released. */
    static ByteBuf constant(int... bytes) {
        ByteBuf buffer = Unpooled.directBuffer(bytes.length, bytes.length);
        for (int each : bytes) {
            buffer.writeByte(each);
        }
        return Unpooled.unreleasableBuffer(buffer.asReadOnly());
    }
}
