package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamNode;
import io.weir.proxyengine.upstream.UpstreamRoute;
import io.weir.proxyengine.upstream.Upstreams;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which way a session goes, and has it gone: to its origin itself, by the {@link Connector}, or through an upstream. One an event loop; that loop only.
 *
 * <p>Through an upstream a name is passed on as it is. It is looked up here only if a rule needs to know the address; then the first address that may be connected
 * decides, and with it the rule, and with that the way. The policy of destinations is asked about what the client names, if that is an address, and nothing is sent if it is refused.
 */
final class Outbound {
    private static final Authority LOOPBACK = new Authority("127.0.0.1", 1);

    private final EngineLoop loop;
    private final Connector connector;
    private Upstreams upstreams;

    Outbound(EngineLoop loop, Connector connector, Upstreams upstreams) {
        this.loop = loop;
        this.connector = connector;
        this.upstreams = upstreams;
    }

    /** Goes by these from the next session on. */
    void reconfigure(Upstreams next) {
        upstreams = next;
    }

    /** Whether some sessions may not go to their origin themselves. */
    boolean hasUpstreams() {
        return !upstreams.isEmpty();
    }

    /** Whether a session goes to that address itself. */
    boolean isDirect(@Nullable Ruling ruling, InetAddress destination) {
        return name(Ruling.upstream(ruling, destination)).equals(Upstream.DIRECT);
    }

    /** Whom to try for a session whose ruling does not depend on an address that is not known; null if it goes to its origin itself. */
    @Nullable List<UpstreamNode> nodes(@Nullable Ruling ruling) {
        String name = name(Ruling.upstream(ruling));
        if (name.equals(Upstream.DIRECT)) {
            return null;
        }
        UpstreamRoute route = upstreams.route(name);
        return route == null ? List.of() : route.order();
    }

    private String name(String said) {
        return said.isEmpty() ? upstreams.usual() : said;
    }

    /**
     * Starts to reach what is wished for. The attempt tells {@code listener} how it ended unless it is cancelled before.
     *
     * @param nodes whom to try, as {@link #nodes} had it; null if that has not been asked
     */
    Connecting connect(Wish wish, @Nullable List<UpstreamNode> nodes, ConnectListener listener) {
        if (nodes != null) {
            return through(wish, nodes, null, listener);
        }
        Ruling ruling = wish.ruling();
        if (ruling != null && ruling.isOpen() && !upstreams.isEmpty()) {
            return new Lookup(wish, listener).begin();
        }
        List<UpstreamNode> way = nodes(ruling);
        return way == null ? connector.connect(wish.authority(), ruling, listener) : through(wish, way, null, listener);
    }

    private Connecting through(
            Wish wish, List<UpstreamNode> nodes, @Nullable InetAddress judged, ConnectListener listener) {
        Refusal refusal = refusal(wish.authority());
        if (refusal == null && nodes.isEmpty()) {
            refusal = new Refusal(
                    HttpResponseStatus.BAD_GATEWAY,
                    "proxy_configuration_error",
                    "the upstream that the rules name is not configured any more",
                    CloseReason.CONNECT_FAILED);
        }
        if (refusal != null) {
            listener.failed(refusal);
            return () -> {};
        }
        return new UpstreamAttempt(loop, wish, theSameFirst(wish, nodes), judged, listener).begin();
    }

    /** Further connections of a session go through the upstream that it has, if that works. */
    private List<UpstreamNode> theSameFirst(Wish wish, List<UpstreamNode> nodes) {
        UpstreamNode before = loop.ways().taken().of(wish.meter());
        if (before == null || !before.isUp() || !nodes.contains(before)) {
            return nodes;
        }
        List<UpstreamNode> order = new ArrayList<>(nodes);
        order.remove(before);
        order.add(0, before);
        return order;
    }

    /** Why nobody may go there, if that can be told without looking it up. */
    @Nullable Refusal refusal(Authority authority) {
        InetAddress literal = isLocalName(authority.host()) ? LOOPBACK.address() : authority.address();
        return literal == null ? null : connector.refusal(authority, literal);
    }

    /** RFC 6761 §6.3. */
    private static boolean isLocalName(String host) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return name.equals("localhost") || name.endsWith(".localhost");
    }

    /** Looks the name up first, since the way depends on where it leads. */
    private final class Lookup implements Connecting {
        private final Wish wish;
        private final ConnectListener listener;
        private @Nullable Connecting going;
        private boolean over;

        Lookup(Wish wish, ConnectListener listener) {
            this.wish = wish;
            this.listener = listener;
        }

        Connecting begin() {
            Connecting attempt = connector.connect(wish.authority(), wish.ruling(), this::go, listener);
            if (going == null) { // else the name was known, and all this has happened
                going = attempt;
            }
            return this;
        }

        private void go(ConnectAttempt attempt, List<InetSocketAddress> allowed) {
            if (over) {
                return;
            }
            InetAddress first = allowed.get(0).getAddress();
            String name = name(Ruling.upstream(wish.ruling(), first));
            if (name.equals(Upstream.DIRECT)) {
                attempt.start(allowed.stream()
                        .filter(each -> isDirect(wish.ruling(), each.getAddress()))
                        .toList());
            } else {
                attempt.cancel();
                UpstreamRoute route = upstreams.route(name);
                going = through(wish, route == null ? List.of() : route.order(), first, listener);
            }
        }

        @Override
        public void cancel() {
            over = true;
            if (going != null) {
                going.cancel();
            }
        }
    }
}
