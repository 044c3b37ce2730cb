package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weir.eventbus.CloseReason;

/** How a client that asked for a tunnel is answered, in the protocol in which it asked. Any thread. */
enum TunnelReply {
    /** CONNECT, RFC 9110 §9.3.6. */
    HTTP("http") {
        @Override
        ByteBuf stands() {
            return HeadWriter.tunnelStands();
        }

        @Override
        ByteBuf refusal(EngineLoop loop, Refusal refusal) {
            return HeadWriter.refusal(loop.allocator(), refusal, loop.config().nodeName(), false);
        }
    },
    /** RFC 1928 §6: version, reply, reserved, and an address that we do not tell: IPv4, 0.0.0.0, port 0. */
    SOCKS5("socks5") {
        private final ByteBuf[] replies = replies();

        private static ByteBuf[] replies() {
            ByteBuf[] replies = new ByteBuf[9];
            for (int code = 0; code < replies.length; code++) {
                replies[code] = constant(5, code, 0, 1, 0, 0, 0, 0, 0, 0);
            }
            return replies;
        }

        @Override
        ByteBuf stands() {
            return replies[0].retainedDuplicate();
        }

        @Override
        ByteBuf refusal(EngineLoop loop, Refusal refusal) {
            return replies[code(refusal)].retainedDuplicate();
        }
    },
    /** Version 0 of the reply, its code, and an address that means nothing for a CONNECT. */
    SOCKS4("socks4") {
        private final ByteBuf granted = constant(0, 0x5a, 0, 0, 0, 0, 0, 0);
        private final ByteBuf rejected = constant(0, 0x5b, 0, 0, 0, 0, 0, 0);

        @Override
        ByteBuf stands() {
            return granted.retainedDuplicate();
        }

        @Override
        ByteBuf refusal(EngineLoop loop, Refusal refusal) {
            return rejected.retainedDuplicate();
        }
    };

    /** A reply of RFC 1928 §6 as the error of a {@link Refusal}. */
    static final String COMMAND_NOT_SUPPORTED = "socks_command";

    static final String ADDRESS_NOT_SUPPORTED = "socks_address";

    private final String scheme;

    TunnelReply(String scheme) {
        this.scheme = scheme;
    }

    /** The tunnel's URL in the ledger, whose scheme tells how it was asked for. */
    String url(String host) {
        return scheme + "://" + host;
    }

    /** What tells the client that the tunnel stands; the caller releases it. */
    abstract ByteBuf stands();

    /** What tells it that there is none. */
    abstract ByteBuf refusal(EngineLoop loop, Refusal refusal);

    /** The same bytes for everybody, outside of the heap. */
    static ByteBuf constant(int... bytes) {
        ByteBuf buffer = Unpooled.directBuffer(bytes.length, bytes.length);
        for (int each : bytes) {
            buffer.writeByte(each);
        }
        return Unpooled.unreleasableBuffer(buffer.asReadOnly());
    }

    /** RFC 1928 §6. */
    static int code(Refusal refusal) {
        return switch (refusal.error()) {
            case COMMAND_NOT_SUPPORTED -> 7;
            case ADDRESS_NOT_SUPPORTED -> 8;
            case "connection_refused" -> 5;
            default -> code(refusal.reason());
        };
    }

    private static int code(CloseReason reason) {
        return switch (reason) {
            case DENIED -> 2;
            case RESOLVE_FAILED, CONNECT_FAILED -> 4;
            case CONNECT_TIMEOUT -> 6;
            default -> 1;
        };
    }
}
