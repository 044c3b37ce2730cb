package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
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
            return HeadWriter.refusal(
                    loop.clients().allocator(), refusal, loop.config().nodeName(), false);
        }
    },
    /** RFC 1928. */
    SOCKS5("socks5") {
        @Override
        ByteBuf stands() {
            return SocksReplies.version5(0);
        }

        @Override
        ByteBuf refusal(EngineLoop loop, Refusal refusal) {
            return SocksReplies.version5(code(refusal));
        }
    },
    /** SOCKS4 and 4a, which know no reasons. */
    SOCKS4("socks4") {
        @Override
        ByteBuf stands() {
            return SocksReplies.version4(true);
        }

        @Override
        ByteBuf refusal(EngineLoop loop, Refusal refusal) {
            return SocksReplies.version4(false);
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
