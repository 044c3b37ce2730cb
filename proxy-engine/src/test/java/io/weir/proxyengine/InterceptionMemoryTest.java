package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What interception holds of others' bytes is bounded, whatever they do. */
class InterceptionMemoryTest {
    private static final long MIB = 1 << 20;
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @Test
    void aThousandStalledStreamsHoldLittleAndOthersAreServed() throws Exception {
        int connections = 10;
        int streams = 100;
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            var pushed = new AtomicLong();
            try (var pushing = ServedOrigin.start((socket, number) -> push(http2(socket, context), pushed));
                    var other = ServedOrigin.https(context)) {
                long before = held();
                List<RawHttp2> clients = new ArrayList<>();
                for (int i = 0; i < connections; i++) {
                    RawHttp2 client = new RawHttp2(proxy.open(proxy.tunnel(pushing.port()), "h2"));
                    client.send(RawHttp2.PREFACE).send(RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(4, 0)); // no window
                    clients.add(client);
                    for (int stream = 1; stream < 2 * streams; stream += 2) {
                        client.headers(stream, true, RawHttp2.get("/"));
                    }
                }
                var last = new AtomicLong(-1);
                await().atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(500))
                        .until(() -> pushed.get() > 0 && last.getAndSet(pushed.get()) == pushed.get());

                assertThat(held() - before).isLessThan(64 * MIB + 64L * 1024 * connections * streams);
                assertThat(pushed.get()).as("bytes that origins could send").isLessThan(256 * MIB);
                long since = System.nanoTime();
                try (var wire = new Wire(proxy.open(proxy.tunnel(other.port())))) {
                    assertThat(wire.send(GET).readMessage()).endsWith("hello");
                }
                assertThat(System.nanoTime() - since).isLessThan(3_000_000_000L);
                for (RawHttp2 client : clients) {
                    client.close();
                }
            }
            proxy.ledger().awaitExchanges(connections * streams);
        }
    }

    /** Sends to each stream as much as it may, at once. */
    private static void push(RawHttp2 server, AtomicLong pushed) throws IOException {
        byte[] piece = new byte[16 * 1024];
        RawHttp2.Frame frame;
        var windows = new java.util.HashMap<Integer, Long>();
        long initial = 65_535;
        while ((frame = server.read()) != null) {
            if (frame.type() == RawHttp2.HEADERS) {
                server.headers(frame.stream(), false, RawHttp2.block(":status", "200"));
                windows.put(frame.stream(), initial);
            } else if (frame.type() == RawHttp2.WINDOW_UPDATE && windows.containsKey(frame.stream())) {
                windows.merge(
                        frame.stream(),
                        (long) java.nio.ByteBuffer.wrap(frame.payload()).getInt(),
                        Long::sum);
            } else {
                continue;
            }
            long window = windows.get(frame.stream());
            while (window > 0) { // the connection's window is given back at once
                int n = (int) Math.min(window, piece.length);
                server.send(RawHttp2.DATA, 0, frame.stream(), n == piece.length ? piece : new byte[n]);
                pushed.addAndGet(n);
                window -= n;
            }
            windows.put(frame.stream(), window);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http/1.1", "h2"})
    void aLargeBodyStreamsThroughInBothDirections(String protocol) throws Exception {
        stream(protocol, 64 * MIB);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"http/1.1", "h2"})
    void aHugeBodyStreamsThroughInBothDirections(String protocol) throws Exception {
        stream(protocol, 1024 * MIB);
    }

    /** An origin that reads slowly at first, and sends the same number of bytes back. */
    private static void stream(String protocol, long bytes) throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                try (SSLSocket tls = ServedOrigin.tls(socket, context)) {
                    var wire = new Wire(tls);
                    wire.readHead();
                    skip(tls.getInputStream(), bytes);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n");
                    byte[] piece = new byte[64 * 1024];
                    for (long sent = 0; sent < bytes; sent += piece.length) {
                        tls.getOutputStream().write(piece);
                    }
                    wire.drain();
                }
            })) {
                long before = held();
                var most = new AtomicLong();
                CompletableFuture<?> transfer = Peer.async(() -> {
                    if (protocol.equals("h2")) {
                        http2Body(proxy, origin.port(), bytes);
                    } else {
                        http1Body(proxy, origin.port(), bytes);
                    }
                    return null;
                });
                await().atMost(Duration.ofMinutes(5))
                        .pollInterval(Duration.ofMillis(50))
                        .until(() -> {
                            most.accumulateAndGet(direct(), Math::max);
                            return transfer.isDone();
                        });
                transfer.get(30, TimeUnit.SECONDS);

                assertThat(most.get() - before).as("direct memory").isLessThan(32 * MIB);
                TestLedger.Session exchange = proxy.ledger().awaitExchanges(1).get(0);
                assertThat(exchange.counts().up()).isGreaterThan(bytes);
                assertThat(exchange.counts().down()).isGreaterThan(bytes);
            }
        }
    }

    private static void http1Body(InterceptingProxy proxy, int port, long bytes) throws IOException {
        try (SSLSocket tls = proxy.open(proxy.tunnel(port), "http/1.1")) {
            var wire = new Wire(tls);
            wire.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + bytes + "\r\n\r\n");
            byte[] piece = new byte[64 * 1024];
            for (long sent = 0; sent < bytes; sent += piece.length) {
                tls.getOutputStream().write(piece);
            }
            assertThat(wire.readHead()).startsWith("HTTP/1.1 200");
            skip(tls.getInputStream(), bytes);
        }
    }

    private static void http2Body(InterceptingProxy proxy, int port, long bytes) throws IOException {
        try (RawHttp2 client =
                RawHttp2.client(proxy.open(proxy.tunnel(port), "h2")).withoutBodies()) {
            client.headers(
                    1,
                    false,
                    RawHttp2.block(
                            ":method",
                            "POST",
                            ":scheme",
                            "https",
                            ":authority",
                            "localhost",
                            ":path",
                            "/",
                            "content-length",
                            Long.toString(bytes)));
            long window = 65_535;
            long connectionWindow = 65_535;
            byte[] piece = new byte[16 * 1024];
            for (long sent = 0; sent < bytes; ) {
                while (Math.min(window, connectionWindow) < piece.length) {
                    RawHttp2.Frame frame = client.await(RawHttp2.WINDOW_UPDATE);
                    int more = java.nio.ByteBuffer.wrap(frame.payload()).getInt();
                    window += frame.stream() == 1 ? more : 0;
                    connectionWindow += frame.stream() == 0 ? more : 0;
                }
                sent += piece.length;
                window -= piece.length;
                connectionWindow -= piece.length;
                client.send(RawHttp2.DATA, sent == bytes ? 1 : 0, 1, piece);
            }
            long received = 0;
            RawHttp2.Frame frame;
            do {
                frame = client.await(next -> next.stream() == 1 && next.type() == RawHttp2.DATA);
                int n = frame.payload().length;
                received += n;
                if (n > 0) {
                    client.send(RawHttp2.WINDOW_UPDATE, 0, 1, RawHttp2.number(n));
                    client.send(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.number(n));
                }
            } while (!frame.isEnd());
            assertThat(received).isEqualTo(bytes);
        }
    }

    private static void skip(InputStream in, long bytes) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        for (long left = bytes; left > 0; ) {
            int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (n < 0) {
                throw new IOException(left + " bytes are missing");
            }
            left -= n;
        }
    }

    /** Names that nobody has asked for before cost a leaf each, of which few are kept. */
    @Test
    void aFloodOfNamesKeepsNobodyElseWaiting() throws Exception {
        names(300);
    }

    @Tag("slow")
    @Test
    void aGreatFloodOfNamesKeepsNobodyElseWaiting() throws Exception {
        names(30_000);
    }

    private static void names(int count) throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            byte[] hello = NeverWorseTest.hello(proxy, "n00000000.example");
            int at = new String(hello, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("n00000000");
            assertThat(at).isPositive();
            SSLContext context = proxy.originContext();
            try (var origin =
                    ServedOrigin.start((socket, number) -> ServedOrigin.hello(ServedOrigin.tls(socket, context)))) {
                long before = held();
                CompletableFuture<?> flood = Peer.async(() -> {
                    for (int i = 0; i < count; i++) {
                        byte[] mine = hello.clone();
                        byte[] name = String.format("n%08d", i).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                        System.arraycopy(name, 0, mine, at, name.length);
                        try (Socket tunnel = proxy.tunnel(origin.port())) {
                            tunnel.getOutputStream().write(mine);
                            tunnel.getInputStream().read();
                            tunnel.setSoLinger(true, 0);
                        }
                    }
                    return null;
                });
                do {
                    long since = System.nanoTime();
                    try (var wire = new Wire(proxy.open(proxy.tunnel(origin.port())))) {
                        assertThat(wire.send(GET).readMessage()).endsWith("hello");
                    }
                    assertThat(System.nanoTime() - since).isLessThan(3_000_000_000L);
                } while (!flood.isDone());
                flood.get(30, TimeUnit.SECONDS);

                proxy.ledger().awaitClosed(count);
                assertThat(proxy.ledger().sessions().stream()
                                .filter(session -> session.detected == SessionProtocol.HTTPS_MITM)
                                .count())
                        .isGreaterThanOrEqualTo(count);
                assertThat(held() - before).isLessThan(256 * MIB);
            }
        }
    }

    /** The heap in use after a collection, and what the allocators of buffers have in use. */
    private static long held() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory() + direct();
    }

    private static long direct() {
        long sum = 0;
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
            sum += provider.metric().usedDirectMemory();
        }
        return sum + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    private static RawHttp2 http2(Socket socket, SSLContext context) throws IOException {
        SSLSocket tls = ServedOrigin.tls(socket, context);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        tls.setSSLParameters(parameters);
        return RawHttp2.server(tls);
    }
}
