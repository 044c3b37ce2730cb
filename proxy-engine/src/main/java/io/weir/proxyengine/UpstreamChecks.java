package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.weir.proxyengine.tls.TlsFailure;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamKind;
import io.weir.proxyengine.upstream.UpstreamNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the upstreams from time to time, whether anybody uses them or not: connects, and shakes hands where they speak TLS. What that takes is counted by the
 * loop's {@link StandingSessions#ownLeg}. Timers of one event loop, that loop only.
 *
 * <p>A check says that somebody listens; that it does what it should, sessions find out.
 */
final class UpstreamChecks {
    private final EngineLoop loop;
    private final List<Check> checks = new ArrayList<>();

    UpstreamChecks(EngineLoop loop) {
        this.loop = loop;
    }

    /** Looks at these from now on, and at no others. */
    void watch(List<UpstreamNode> nodes) {
        checks.removeIf(check -> {
            boolean stays = nodes.contains(check.node);
            if (!stays) {
                check.stop();
            }
            return !stays;
        });
        for (UpstreamNode node : nodes) {
            if (checks.stream().noneMatch(check -> check.node.equals(node))) {
                var check = new Check(node);
                checks.add(check);
                check.schedule();
            }
        }
    }

    /** Looks no more. */
    void stop() {
        watch(List.of());
    }

    /** Of one upstream; the next begins an interval after the last has ended. */
    private final class Check implements ConnectListener, SecureUpstream.Listener {
        private final UpstreamNode node;
        private @Nullable Future<?> timer;
        private long sinceNanos;
        private boolean stopped;

        Check(UpstreamNode node) {
            this.node = node;
        }

        /** Not all at the same time. */
        void schedule() {
            if (!stopped) {
                long interval = node.config().check().toMillis();
                long millis = ThreadLocalRandom.current().nextLong(interval * 3 / 4, interval + 1);
                timer = loop.eventLoop().schedule(this::look, millis, TimeUnit.MILLISECONDS);
            }
        }

        void stop() {
            stopped = true;
            if (timer != null) {
                timer.cancel(false);
            }
        }

        private void look() {
            sinceNanos = System.nanoTime();
            Upstream config = node.config();
            loop.ways().connector().reach(new Authority(config.host(), config.port()), this);
        }

        @Override
        public void connected(Channel channel) {
            if (node.config().kind() == UpstreamKind.HTTPS && !stopped) {
                long millis = loop.config().timeouts().connect().toMillis();
                SecureUpstream.begin(loop, (SocketChannel) channel, node, null, millis, this);
            } else {
                well(channel);
            }
        }

        @Override
        public void secured(SocketChannel inside) {
            well(inside);
        }

        private void well(Channel channel) {
            channel.close();
            node.reached(System.nanoTime() - sinceNanos);
            node.works();
            schedule();
        }

        @Override
        public void failed(Refusal refusal) {
            broken(refusal.message());
        }

        @Override
        public void failed(TlsFailure why) {
            broken(why.message());
        }

        private void broken(String why) {
            if (!stopped) {
                node.broke(why);
            }
            schedule();
        }
    }
}
