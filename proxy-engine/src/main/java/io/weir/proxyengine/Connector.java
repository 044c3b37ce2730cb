package io.weir.proxyengine;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.util.concurrent.Future;
import io.weir.eventbus.CloseReason;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reaches origins: resolves, asks the policy about each address, and races the addresses that remain. One an event loop; that loop only.
 */
final class Connector {
    private final EventLoop loop;
    private EngineConfig config;
    private final NameResolver names;
    private DestinationPolicy policy;
    private final Bootstrap bootstrap;

    Connector(EventLoop loop, EngineConfig config, NameResolver names, DestinationPolicy policy, FrugalReads reads) {
        this.loop = loop;
        this.config = config;
        this.names = names;
        this.policy = policy;
        bootstrap = new Bootstrap()
                .group(loop)
                .channel(config.network().transport().channel())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, reads)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, ChannelTuning.waterMark())
                .handler(NoHandler.INSTANCE);
        reconfigure(config, policy);
    }

    /** Goes by these from the next attempt on. */
    void reconfigure(EngineConfig newConfig, DestinationPolicy newPolicy) {
        config = newConfig;
        policy = newPolicy;
        bootstrap.option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(newConfig.timeouts().connect().toMillis()));
    }

    /**
     * Starts to reach {@code authority}. The attempt tells {@code listener} how it ended unless it is cancelled before.
     *
     * @param ruling what the rules say of it; null if there are none
     */
    ConnectAttempt connect(Authority authority, @Nullable Ruling ruling, ConnectListener listener) {
        return connect(authority, ruling, ConnectAttempt::start, listener);
    }

    /**
     * The same, but somebody else decides what becomes of the addresses that may be connected.
     *
     * @param found gets the attempt and the addresses, of which there is at least one: starts it with some of them, or cancels it
     */
    ConnectAttempt connect(
            Authority authority,
            @Nullable Ruling ruling,
            BiConsumer<ConnectAttempt, List<InetSocketAddress>> found,
            ConnectListener listener) {
        ConnectAttempt attempt = attempt(authority, listener);
        resolve(attempt, authority, addresses -> judge(attempt, authority, ruling, addresses, found));
        return attempt;
    }

    /** Starts to reach a host of the operator's, such as an upstream, wherever it is. */
    ConnectAttempt reach(Authority authority, ConnectListener listener) {
        ConnectAttempt attempt = attempt(authority, listener);
        resolve(
                attempt,
                authority,
                addresses -> attempt.start(interleaved(addresses).stream()
                        .map(each -> new InetSocketAddress(each, authority.port()))
                        .toList()));
        return attempt;
    }

    private ConnectAttempt attempt(Authority authority, ConnectListener listener) {
        return new ConnectAttempt(loop, bootstrap, config.timeouts().connect(), authority, listener);
    }

    private void resolve(ConnectAttempt attempt, Authority authority, Consumer<List<InetAddress>> found) {
        InetAddress literal = authority.address();
        if (literal != null) {
            found.accept(List.of(literal));
            return;
        }
        names.resolve(authority.host()).addListener((Future<List<InetAddress>> resolved) -> {
            if (resolved.isSuccess()) {
                found.accept(resolved.getNow());
            } else {
                attempt.fail(unresolved(authority, resolved.cause()));
            }
        });
    }

    /** The one address that {@code authority} stands for, if nobody has to be asked for it and the policy allows it; else null. */
    @Nullable InetSocketAddress onlyAddress(Authority authority) {
        InetAddress literal = authority.address();
        InetAddress address = literal == null ? names.onlyKnown(authority.host()) : literal;
        if (address == null) {
            return null;
        }
        var destination = new InetSocketAddress(address, authority.port());
        return policy.refusal(destination) == null ? destination : null;
    }

    private void judge(
            ConnectAttempt attempt,
            Authority authority,
            @Nullable Ruling ruling,
            List<InetAddress> addresses,
            BiConsumer<ConnectAttempt, List<InetSocketAddress>> found) {
        List<InetSocketAddress> allowed = new ArrayList<>(addresses.size());
        Refusal denial = prohibited(authority, "it has no address");
        for (InetAddress address : interleaved(addresses)) {
            var destination = new InetSocketAddress(address, authority.port());
            Refusal refusal = refusal(authority, ruling, destination);
            if (refusal == null) {
                allowed.add(destination);
            } else {
                denial = refusal;
            }
        }
        if (allowed.isEmpty()) {
            attempt.fail(denial);
        } else {
            found.accept(attempt, allowed);
        }
    }

    /** Why nobody may go to that address, which {@code authority} names, as things are now; null if it may be. */
    @Nullable Refusal refusal(Authority authority, InetAddress address) {
        String why = policy.refusal(new InetSocketAddress(address, authority.port()));
        return why == null ? null : prohibited(authority, why);
    }

    /** Whether nobody may go to that address, as things are now. */
    boolean refuses(InetSocketAddress destination) {
        return policy.refusal(destination) != null;
    }

    /** The policy stands above the rules: what it refuses no rule allows. */
    private @Nullable Refusal refusal(Authority authority, @Nullable Ruling ruling, InetSocketAddress destination) {
        String why = policy.refusal(destination);
        if (why != null) {
            return prohibited(authority, why);
        }
        return ruling == null ? null : ruling.refusal(destination.getAddress());
    }

    private static Refusal prohibited(Authority authority, String why) {
        return new Refusal(
                HttpResponseStatus.FORBIDDEN,
                "destination_ip_prohibited",
                authority + " is refused: " + why,
                CloseReason.DENIED);
    }

    /** The families in turn, beginning with that of the first address (RFC 8305 §4). */
    static List<InetAddress> interleaved(List<InetAddress> addresses) {
        if (addresses.size() < 2) {
            return addresses;
        }
        boolean sixFirst = addresses.get(0) instanceof Inet6Address;
        var first = new ArrayList<InetAddress>();
        var second = new ArrayList<InetAddress>();
        for (InetAddress address : addresses) {
            (address instanceof Inet6Address == sixFirst ? first : second).add(address);
        }
        var mixed = new ArrayList<InetAddress>(addresses.size());
        for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
            if (i < first.size()) {
                mixed.add(first.get(i));
            }
            if (i < second.size()) {
                mixed.add(second.get(i));
            }
        }
        return mixed;
    }

    private static Refusal unresolved(Authority authority, Throwable cause) {
        for (Throwable c = cause; c != null; c = c.getCause()) {
            if (c instanceof DnsNameResolverTimeoutException) {
                return new Refusal(
                        HttpResponseStatus.GATEWAY_TIMEOUT,
                        "dns_timeout",
                        "the name " + authority.host() + " was not resolved in time",
                        CloseReason.CONNECT_TIMEOUT);
            }
        }
        return new Refusal(
                HttpResponseStatus.BAD_GATEWAY,
                "dns_error",
                "the name " + authority.host() + " cannot be resolved",
                CloseReason.RESOLVE_FAILED);
    }

    /** A channel needs a handler to be bootstrapped; ours are added once it is connected. */
    @ChannelHandler.Sharable
    private static final class NoHandler extends ChannelInboundHandlerAdapter {
        static final NoHandler INSTANCE = new NoHandler();
    }
}
