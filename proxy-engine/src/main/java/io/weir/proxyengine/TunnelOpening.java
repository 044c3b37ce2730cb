package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tunnel between its request, a CONNECT's head (RFC 9110 §9.3.6) or one of SOCKS, and its answer: connects, answers, and makes place for the relay. Bytes that the
 * client sends meanwhile wait with the asker. Event loop of its channel.
 */
final class TunnelOpening implements ConnectListener, ActiveSession {
    private static final Logger log = LoggerFactory.getLogger(TunnelOpening.class);
    private static final int OK = 200;

    private final EngineLoop loop;
    private final TunnelAsker asker;
    private final SocketChannel client;
    private final SessionMeter meter;
    private final Authority authority;
    private final @Nullable Ruling ruling;
    private final long sinceNanos = System.nanoTime();
    private @Nullable Connecting attempt;
    private boolean over;

    TunnelOpening(EngineLoop loop, TunnelAsker asker, SocketChannel client, SessionMeter meter, Authority authority) {
        this.loop = loop;
        this.asker = asker;
        this.client = client;
        this.meter = meter;
        this.authority = authority;
        ruling = Ruling.ofTunnel(loop, asker.reply(), authority, asker.caller());
    }

    void begin() {
        loop.sessions().register(meter, this);
        Refusal denied = ruling == null ? null : ruling.refusal();
        if (denied == null) {
            denied = loop.admission().admit(meter, asker.caller(), authority.toString());
        }
        if (denied != null) {
            failed(denied);
            return;
        }
        if (ruling != null) {
            ruling.allowed(meter);
        }
        attempt = loop.ways().outbound().connect(new Wish(authority, ruling, meter, true, asker.via()), null, this);
        if (over) {
            attempt.cancel();
        }
    }

    @Override
    public void connected(Channel channel) {
        InetSocketAddress remote = ((SocketChannel) channel).remoteAddress();
        connected((SocketChannel) channel, remote == null ? null : remote.getAddress());
    }

    @Override
    public void connected(Channel channel, Passage passage) {
        connected((SocketChannel) channel, passage.judged());
    }

    /** @param destination where it leads to; null if that is not known */
    private void connected(SocketChannel origin, @Nullable InetAddress destination) {
        if (over) {
            origin.close();
            return;
        }
        over = true;
        meter.originConnected(Addresses.text(origin.remoteAddress()));
        if (ruling != null) {
            ruling.settle(destination);
            ruling.allowed(meter);
        }
        WriteMeter.of(client).target(meter, Leg.OVERHEAD_DOWN);
        client.write(asker.reply().stands(), client.voidPromise());
        origin.pipeline().addLast(new WriteMeter());
        Interception interception = loop.interception();
        if (interception != null && interception.mayOpen(authority, ruling)) {
            listen(interception, origin, destination);
        } else {
            relay(origin);
        }
        log.debug("tunnel opened session={} origin={}", meter.id(), authority);
    }

    private void relay(SocketChannel origin) {
        Bandwidth bandwidth = loop.bandwidth().of(meter, asker.caller(), ruling);
        var relay = new Relay(loop, meter, client, origin, OK, bandwidth);
        relay.begin();
        leaveTo();
        relay.run();
    }

    /** It may turn out to be one to read. */
    private void listen(Interception interception, SocketChannel origin, @Nullable InetAddress destination) {
        var ends = new TunnelEnds(loop, interception, meter, client, authority, asker.caller(), ruling, destination);
        var first = new FirstBytes(ends, origin, (System.nanoTime() - sinceNanos) / 1000);
        first.begin();
        leaveTo();
        first.run();
    }

    /** Makes way for whoever has put itself behind: what the decoder holds passes on to it. */
    private void leaveTo() {
        asker.makeWay();
        client.flush();
    }

    @Override
    public void failed(Refusal refusal) {
        if (over) {
            return;
        }
        over = true;
        loop.sessions().unregister(meter);
        if (refusal.reason() == CloseReason.DENIED) {
            loop.ledger().recordRefusal(meter, asker.caller().remote(), authority.toString(), refusal);
        }
        asker.refuse(meter, refusal);
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    /** The client is gone, or somebody ended the session. */
    @Override
    public void abort(CloseReason reason) {
        if (over) {
            return;
        }
        over = true;
        if (attempt != null) {
            attempt.cancel();
        }
        loop.sessions().unregister(meter);
        asker.settle();
        client.close();
        loop.eventLoop().execute(() -> meter.close(reason, 0));
    }
}
