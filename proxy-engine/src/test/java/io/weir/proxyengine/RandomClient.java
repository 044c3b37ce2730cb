package io.weir.proxyengine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that asks a {@link RandomOrigin} at random, and remembers what each exchange sent and received. Over HTTP/1.1 one after the other, over HTTP/2
 * all at once. One thread calls it.
 */
final class RandomClient {
    /** Longest body, and what may be under way when a connection breaks. */
    static final int PIECE_MAX = 150_000;

    private final InterceptedTalk.Client connection;
    private final boolean isHttp2;
    private final int number;
    private final Random random;
    private final double resets;
    private final Map<String, long[]> legs = new ConcurrentHashMap<>();

    RandomClient(InterceptedTalk.Client connection, boolean isHttp2, int number, Random random, double resets) {
        this.connection = connection;
        this.isHttp2 = isHttp2;
        this.number = number;
        this.random = random;
        this.resets = resets;
    }

    InterceptedTalk.Client connection() {
        return connection;
    }

    /** For each exchange what was sent and what was received. */
    Map<String, long[]> legs() {
        return legs;
    }

    /** What is asked for: {@code N-M?wanted-breaks}. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them by their bodies
    private record Wish(String key, int wanted, boolean breaks, byte[] body, boolean gives) {
        String target() {
            return "/" + key + "?" + wanted + "-" + breaks;
        }
    }

    private Wish wish(int i) {
        byte[] body = Peer.patternBytes(random.nextBoolean() ? 0 : size());
        return new Wish(
                number + "-" + i, size(), random.nextDouble() < resets, body, i > 0 && random.nextDouble() < resets);
    }

    private int size() {
        return random.nextInt(4) == 0 ? random.nextInt(PIECE_MAX) : random.nextInt(3_000);
    }

    boolean talk() throws Exception {
        List<Wish> wishes = new ArrayList<>();
        for (int i = 0, n = 5 + random.nextInt(20); i < n; i++) {
            wishes.add(wish(i));
        }
        try {
            if (isHttp2) {
                talkHttp2(wishes);
            } else {
                talkHttp1(wishes);
            }
        } catch (IOException broken) {
            if (resets == 0) {
                throw broken;
            }
        }
        return true;
    }

    private void talkHttp1(List<Wish> wishes) throws Exception {
        var wire = new Wire(connection.socket());
        for (Wish wish : wishes) {
            long received = wire.received();
            boolean chunked = random.nextBoolean();
            String head =
                    (wish.body.length == 0 ? "GET " : "POST ") + wish.target() + " HTTP/1.1\r\nHost: localhost\r\n";
            String text = new String(wish.body, StandardCharsets.ISO_8859_1);
            String message = wish.body.length == 0
                    ? head + "\r\n"
                    : chunked
                            ? head + "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(wish.body.length)
                                    + "\r\n" + text + "\r\n0\r\n\r\n"
                            : head + "Content-Length: " + wish.body.length + "\r\n\r\n" + text;
            long[] leg = {message.length(), 0};
            legs.put(wish.key, leg);
            if (wish.gives) {
                wire.send(message.substring(0, random.nextInt(message.length())));
                breakOff();
                return;
            }
            var sending = Peer.async(() -> wire.send(message));
            try {
                wire.readMessage();
            } finally {
                leg[1] = wire.received() - received;
            }
            sending.get(30, TimeUnit.SECONDS);
        }
    }

    private void breakOff() throws IOException {
        connection.raw().setSoLinger(true, 0);
        connection.raw().close();
    }

    private void talkHttp2(List<Wish> wishes) throws Exception {
        FramePeer peer = random.nextBoolean()
                ? FramePeer.client(connection.socket())
                : FramePeer.client(connection.socket(), FramePeer.INITIAL_WINDOW_SIZE, 2_000);
        List<CompletableFuture<Boolean>> streams = new ArrayList<>();
        @Nullable Wish last = resets > 0 && random.nextInt(4) == 0 ? wishes.get(wishes.size() - 1) : null;
        for (Wish wish : wishes) {
            int id = peer.newStream();
            long[] leg = {Long.MAX_VALUE, 0};
            legs.put(wish.key, leg);
            peer.headers(
                    id,
                    wish.body.length == 0,
                    FramePeer.request(wish.body.length == 0 ? "GET" : "POST", wish.target()));
            streams.add(Peer.async(() -> stream(peer, id, wish, leg)));
            if (wish.equals(last)) {
                breakOff();
            }
        }
        for (CompletableFuture<Boolean> stream : streams) {
            stream.get(30, TimeUnit.SECONDS);
        }
    }

    private boolean stream(FramePeer peer, int id, Wish wish, long[] leg) throws IOException {
        try {
            if (wish.gives) {
                if (wish.body.length > 0) {
                    peer.data(id, java.util.Arrays.copyOf(wish.body, wish.body.length / 2), false);
                }
                peer.reset(id, 8);
            } else {
                if (wish.body.length > 0) {
                    peer.data(id, wish.body, true);
                }
                FramePeer.Message message = peer.message(id);
                if (!java.util.Arrays.equals(message.body(), Peer.patternBytes(wish.wanted))
                        && message.head().status().toString().equals("200")) {
                    throw new IllegalStateException(
                            "another body of " + message.body().length + " for " + wish.target());
                }
            }
        } catch (IOException broken) {
            if (resets == 0) {
                throw broken;
            }
        } finally {
            leg[0] = peer.sent(id);
            leg[1] = peer.received(id);
        }
        return true;
    }
}
