package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that each byte read from one client's channel falls to exactly one session: bytes of a head wait for the session that the head opens, and what follows is that
 * session's until it ends. Also says whose our writes are. Event loop of the channel.
 *
 * <p>What is read from a {@link StreamChannel} is not what the client sent: there a {@link StreamCount} counts the frames, and is told here whose they are.
 */
final class ClientBytes implements ByteSink {
    private final @Nullable StreamCount stream; // null if what is read here is what the client sent
    private final WriteMeter writes;
    private long headBytes;
    private int headerBytes;
    private @Nullable SessionMeter current;
    private Leg leg = Leg.UP;
    private boolean over;

    ClientBytes(SocketChannel client) {
        stream = client instanceof StreamChannel channel ? channel.count() : null;
        writes = stream == null ? new WriteMeter() : new WriteMeter(stream);
    }

    /** What counts our writes, for the pipeline. */
    WriteMeter writes() {
        return writes;
    }

    /** Of a load balancer's header so much was read before the first request's head: overhead of its session. */
    void headerCame(int bytes) {
        headerBytes = bytes;
    }

    /** Bytes consumed by the decoder: of the message that is being served, or else of the next head. */
    @Override
    public void consumed(long bytes) {
        if (over || stream != null) {
            return;
        }
        SessionMeter meter = current;
        if (meter != null) {
            leg.count(meter, bytes);
        } else {
            headBytes += bytes;
        }
    }

    /** The head's bytes, and what comes until further notice, are this session's. */
    void opened(SessionMeter meter, Leg head) {
        if (stream != null) {
            stream.opened(meter, head);
        }
        head.count(meter, headBytes);
        headBytes = 0;
        if (headerBytes > 0) {
            meter.overheadUp(headerBytes);
            headerBytes = 0;
        }
        current = meter;
        leg = head;
    }

    /** What follows the head is the tunnel's payload. */
    void payloadFollows() {
        leg = Leg.UP;
    }

    /** The session's response is what is written from now on. */
    void responds(SessionMeter meter) {
        writes.target(meter, Leg.DOWN);
    }

    /** An answer of our own is what is written from now on, and content that still comes counts as it says. */
    void answers(SessionMeter meter, Leg content, Leg answer) {
        writes.target(meter, answer);
        if (stream != null) {
            stream.contentAs(content);
        }
    }

    /** The request is served: what comes now is of the next head. */
    void served() {
        current = null;
    }

    /** What has been consumed of a head that has no session. */
    long headBytes() {
        return headBytes;
    }

    /** What came before the first head and has no session. */
    int headerBytes() {
        return headerBytes;
    }

    /** Somebody else counts from now on. */
    void stop() {
        over = true;
    }
}
