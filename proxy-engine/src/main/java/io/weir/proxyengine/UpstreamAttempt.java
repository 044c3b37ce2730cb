package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.tls.TlsFailure;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamKind;
import io.weir.proxyengine.upstream.UpstreamNode;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session's way through an upstream: connect, TLS if it speaks that, and the handshake for a tunnel if one is needed. What fails goes on with the next upstream
 * of the group, within the time to connect, of which each has its share; nothing of what the client wants was sent before it stands. Event loop only.
 *
 * <pre>
 *   CONNECTING ──► SECURING (https) ──► ASKING (tunnels, and socks5) ──► connected
 *        └──────────────┴────────────────────┴─ fault ─► the next, or failed
 * </pre>
 *
 * <p>What is sent to and read from those that fail counts for the session's origin leg, too.
 */
final class UpstreamAttempt implements Connecting {
    private static final Logger log = LoggerFactory.getLogger(UpstreamAttempt.class);
    private static final int TOLD_MAX = 5;

    private final EngineLoop loop;
    private final Wish wish;
    private final @Nullable InetAddress judged;
    private final ConnectListener listener;
    private final List<UpstreamNode> nodes;
    private final List<String> failures = new ArrayList<>(1);
    private final long sinceNanos = System.nanoTime();
    private int place = -1;
    private long nodeSinceNanos;
    private @Nullable Connecting connecting;
    private @Nullable SocketChannel socket;
    private @Nullable SocketChannel channel;
    private @Nullable UpstreamHandshake handshake;
    private @Nullable Future<?> deadline;
    private boolean over;

    /**
     * Makes an attempt; {@link #begin} starts it.
     *
     * @param nodes whom to try, in this order
     * @param judged the address that the rules were asked about; null if they need not be
     */
    UpstreamAttempt(
            EngineLoop loop,
            Wish wish,
            List<UpstreamNode> nodes,
            @Nullable InetAddress judged,
            ConnectListener listener) {
        this.loop = loop;
        this.wish = wish;
        this.nodes = nodes;
        this.judged = judged;
        this.listener = listener;
    }

    UpstreamAttempt begin() {
        next();
        return this;
    }

    private UpstreamNode node() {
        return nodes.get(place);
    }

    private void next() {
        place++;
        channel = null;
        socket = null;
        handshake = null;
        nodeSinceNanos = System.nanoTime();
        long shareNanos = leftNanos() / (nodes.size() - place);
        loop.ways().taken().goesThrough(wish.meter(), node());
        deadline = loop.eventLoop().schedule(this::timedOut, shareNanos, TimeUnit.NANOSECONDS);
        Upstream config = node().config();
        var trying = new Try();
        Connecting begun = loop.ways().connector().reach(new Authority(config.host(), config.port()), trying);
        if (trying.isLeft()) { // it failed at once, and another is under way
            begun.cancel();
        } else if (socket == null) {
            connecting = begun;
        }
    }

    /** What one upstream has to say: nobody hears it any more when another is tried. */
    private final class Try implements ConnectListener, SecureUpstream.Listener, UpstreamHandshake.Listener {
        private final int at = place;

        boolean isLeft() {
            return over || place != at;
        }

        @Override
        public void connected(Channel connected) {
            if (isLeft()) {
                connected.close();
            } else {
                UpstreamAttempt.this.connected((SocketChannel) connected, this);
            }
        }

        @Override
        public void failed(Refusal refusal) {
            if (!isLeft()) {
                UpstreamAttempt.this.failed(refusal);
            }
        }

        @Override
        public void secured(SocketChannel inside) {
            if (isLeft()) {
                inside.close();
            } else {
                reached(inside, this);
            }
        }

        @Override
        public void failed(TlsFailure why) {
            if (!isLeft()) {
                UpstreamAttempt.this.failed(why);
            }
        }

        @Override
        public void stands() {
            if (!isLeft()) {
                UpstreamAttempt.this.stands();
            }
        }

        @Override
        public void refused(UpstreamFault fault) {
            if (!isLeft()) {
                fault(fault);
            }
        }
    }

    private long leftNanos() {
        long limit = loop.config().timeouts().connect().toNanos();
        return Math.max(TimeUnit.MILLISECONDS.toNanos(1), limit - (System.nanoTime() - sinceNanos));
    }

    // ---- connecting ----

    private void connected(SocketChannel connected, Try trying) {
        connecting = null;
        socket = connected;
        if (node().config().kind() == UpstreamKind.HTTPS) {
            long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos()));
            SecureUpstream.begin(loop, connected, node(), wish.meter(), millis, trying);
        } else {
            reached(connected, trying);
        }
    }

    private void failed(Refusal refusal) {
        connecting = null;
        Refusal named = new Refusal(
                refusal.status(),
                refusal.error(),
                "upstream " + node().name() + ": " + refusal.message(),
                refusal.reason());
        fault(new UpstreamFault(UpstreamFault.Kind.BROKEN, named));
    }

    // ---- securing ----

    private void failed(TlsFailure why) {
        socket = null; // it is closed
        fault(new UpstreamFault(
                UpstreamFault.Kind.BROKEN,
                new Refusal(
                        HttpResponseStatus.BAD_GATEWAY,
                        "tls_certificate_error",
                        node() + ": " + why.message(),
                        CloseReason.CONNECT_FAILED)));
    }

    // ---- asking ----

    private void reached(SocketChannel stands, Try trying) {
        channel = stands;
        node().reached(System.nanoTime() - nodeSinceNanos);
        boolean isSocks = node().config().kind() == UpstreamKind.SOCKS5;
        if (!isSocks && !wish.asTunnel()) {
            stands();
            return;
        }
        UpstreamTalk talk =
                isSocks ? new SocksTalk(node(), wish.authority()) : new ConnectTalk(node(), wish.authority(), via());
        if (stands.equals(socket)) {
            stands.pipeline().addLast(new LingeringUpstream(loop, wish.meter())); // TLS does the same
        }
        handshake = UpstreamHandshake.begin(stands, talk, wish.meter(), trying);
    }

    private String via() {
        String own = "1.1 " + loop.config().nodeName();
        return wish.via().isEmpty() ? own : wish.via() + ", " + own;
    }

    private void stands() {
        SocketChannel standing = channel;
        if (over || standing == null) {
            return;
        }
        over = true;
        stopWaiting();
        node().works();
        node().letIn();
        listener.connected(standing, new Passage(node(), judged));
    }

    // ---- what goes wrong ----

    private void timedOut() {
        fault(new UpstreamFault(
                UpstreamFault.Kind.BROKEN,
                new Refusal(
                        HttpResponseStatus.GATEWAY_TIMEOUT,
                        "connection_timeout",
                        node() + " did not answer in time",
                        CloseReason.CONNECT_TIMEOUT)));
    }

    private void fault(UpstreamFault fault) {
        if (over) {
            return;
        }
        stopWaiting();
        SocketChannel answered = fault.kind() == UpstreamFault.Kind.BROKEN ? null : channel;
        if (answered != null) {
            socket = null;
            answered.close(); // in order: the rest of its answer still counts
        }
        dropNode();
        Refusal refusal = fault.refusal();
        log.debug("upstream failed session={} upstream={} {}", wish.meter().id(), node().name(), refusal.message());
        switch (fault.kind()) {
            case BROKEN -> {
                if (refusal.reason() != CloseReason.OVERLOADED) { // for want of files or ports of ours
                    node().broke(refusal.message());
                }
            }
            case TURNED_AWAY -> node().turnedAway(refusal.message());
            case ANSWERED -> node().works();
        }
        failures.add(refusal.message());
        if (fault.mayTryAnother() && place + 1 < nodes.size()) {
            next();
        } else {
            over = true;
            listener.failed(told(refusal));
        }
    }

    /** The last one's, with what all have said. */
    private Refusal told(Refusal last) {
        String text = String.join("; ", failures.subList(Math.max(0, failures.size() - TOLD_MAX), failures.size()));
        String more = failures.size() > TOLD_MAX ? " (and " + (failures.size() - TOLD_MAX) + " more)" : "";
        return new Refusal(last.status(), last.error(), text + more, last.reason());
    }

    private void stopWaiting() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void dropNode() {
        if (connecting != null) {
            connecting.cancel();
            connecting = null;
        }
        if (handshake != null) {
            handshake.abandon();
        }
        SocketChannel left = socket;
        socket = null;
        if (left != null && left.isActive()) {
            left.config().setSoLinger(0);
            left.unsafe().close(left.voidPromise()); // behind TLS, which would say goodbye
        }
    }

    @Override
    public void cancel() {
        if (!over) {
            over = true;
            stopWaiting();
            dropNode();
        }
    }
}
