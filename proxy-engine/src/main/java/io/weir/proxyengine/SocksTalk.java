package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.upstream.UpstreamCredentials;
import io.weir.proxyengine.upstream.UpstreamNode;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Asks a SOCKS5 proxy for a tunnel (RFC 1928), with a user and a password if there are any (RFC 1929). A name is passed on as it is: it is the
 * proxy that looks it up.
 *
 * <pre>
 * 5 n methods:n                           5 method
 * 1 n user:n m password:m                 1 status          if the method is 2
 * 5 1 0 type address port:2               5 reply 0 type address port:2
 * </pre>
 */
final class SocksTalk implements UpstreamTalk {
    private static final int VERSION = 5;
    private static final int AUTH_VERSION = 1;
    private static final int NO_AUTH = 0;
    private static final int PASSWORD = 2;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;

    private enum State {
        METHODS,
        AUTH,
        REQUEST
    }

    private final UpstreamNode node;
    private final Authority authority;
    private State state = State.METHODS;
    private @Nullable UpstreamFault fault;

    SocksTalk(UpstreamNode node, Authority authority) {
        this.node = node;
        this.authority = authority;
    }

    @Override
    public ByteBuf next(ByteBufAllocator allocator) {
        ByteBuf out = allocator.directBuffer(32);
        switch (state) {
            case METHODS -> {
                boolean offersPassword = node.credentials() != null;
                out.writeByte(VERSION).writeByte(offersPassword ? 2 : 1).writeByte(NO_AUTH);
                if (offersPassword) {
                    out.writeByte(PASSWORD);
                }
            }
            case AUTH -> {
                UpstreamCredentials credentials = node.credentials();
                if (credentials != null) {
                    out.writeByte(AUTH_VERSION);
                    text(out, credentials.user());
                    text(out, credentials.password());
                }
            }
            case REQUEST -> {
                out.writeByte(VERSION).writeByte(1).writeByte(0);
                address(out);
                out.writeShort(authority.port());
            }
        }
        return out;
    }

    private static void text(ByteBuf out, byte[] bytes) {
        out.writeByte(bytes.length).writeBytes(bytes);
    }

    private void address(ByteBuf out) {
        InetAddress literal = authority.address();
        if (literal == null) {
            out.writeByte(NAME);
            text(out, authority.host().getBytes(StandardCharsets.US_ASCII));
        } else {
            byte[] bytes = literal.getAddress();
            out.writeByte(bytes.length == 4 ? IPV4 : IPV6).writeBytes(bytes);
        }
    }

    @Override
    public Step take(ByteBuf said) {
        return switch (state) {
            case METHODS -> method(said);
            case AUTH -> authenticated(said);
            case REQUEST -> reply(said);
        };
    }

    private Step method(ByteBuf said) {
        if (said.readableBytes() < 2) {
            return said.isReadable() && said.getByte(said.readerIndex()) != VERSION ? garbage() : Step.MORE;
        }
        int version = said.readUnsignedByte();
        int method = said.readUnsignedByte();
        if (version != VERSION) {
            return garbage();
        }
        if (method == NO_AUTH) {
            state = State.REQUEST;
            return Step.SAY;
        }
        if (method == PASSWORD && node.credentials() != null) {
            state = State.AUTH;
            return Step.SAY;
        }
        return turnedAway(
                node.credentials() == null
                        ? "it wants credentials"
                        : "it takes neither a password nor goes without one");
    }

    private Step authenticated(ByteBuf said) {
        if (said.readableBytes() < 2) {
            return Step.MORE;
        }
        said.skipBytes(1); // the version; some answer with that of SOCKS
        if (said.readUnsignedByte() != 0) {
            return turnedAway("it wants other credentials");
        }
        state = State.REQUEST;
        return Step.SAY;
    }

    private Step reply(ByteBuf said) {
        int start = said.readerIndex();
        if (said.isReadable() && said.getByte(start) != VERSION) {
            return garbage();
        }
        if (said.readableBytes() < 2) {
            return Step.MORE;
        }
        int reply = said.getUnsignedByte(start + 1);
        if (reply != 0) { // what follows does not matter, and some leave it out
            said.readerIndex(start + Math.min(said.readableBytes(), 10));
            return refused(reply);
        }
        if (said.readableBytes() < 5) {
            return Step.MORE;
        }
        int addressBytes = switch (said.getUnsignedByte(start + 3)) {
            case IPV4 -> 4;
            case IPV6 -> 16;
            case NAME -> 1 + said.getUnsignedByte(start + 4);
            default -> -1;
        };
        if (addressBytes < 0) {
            return garbage();
        }
        if (said.readableBytes() < 4 + addressBytes + 2) {
            return Step.MORE;
        }
        said.skipBytes(4 + addressBytes + 2);
        return Step.STANDS;
    }

    /** RFC 1928 §6. */
    private Step refused(int reply) {
        String said = node + " answered ";
        fault = switch (reply) {
            case 2 -> UpstreamFault.answered("destination_unavailable", said + "that its rules do not allow it");
            case 3 -> UpstreamFault.answered("destination_ip_unroutable", said + "that the network is unreachable");
            case 4 -> UpstreamFault.answered("destination_ip_unroutable", said + "that the host is unreachable");
            case 5 -> UpstreamFault.answered("connection_refused", said + "that " + authority + " refused");
            case 6 ->
                new UpstreamFault(
                        UpstreamFault.Kind.ANSWERED,
                        new Refusal(
                                HttpResponseStatus.GATEWAY_TIMEOUT,
                                "connection_timeout",
                                said + "that it took too long",
                                CloseReason.CONNECT_TIMEOUT));
            default -> UpstreamFault.answered("destination_unavailable", said + reply + " to the request by SOCKS");
        };
        return Step.REFUSED;
    }

    private Step garbage() {
        fault = UpstreamFault.broken(node + ": its answer is no SOCKS5");
        return Step.REFUSED;
    }

    private Step turnedAway(String what) {
        fault = UpstreamFault.turnedAway(node + ": " + what);
        return Step.REFUSED;
    }

    @Override
    public UpstreamFault fault() {
        UpstreamFault found = fault;
        return found == null ? UpstreamFault.broken(node + " ended the connection before it had answered") : found;
    }
}
