package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * ClientHellos and frames that are broken at random, from both sides: no error of ours, nothing leaks, every session closes. A seed that
 * failed joins the list.
 */
class InterceptionFuzzTest {
    private static final int THREADS = 8;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void clientHellosInTheBuild(long seed) throws Exception {
        hellos(seed, 300);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void framesOfClientsInTheBuild(long seed) throws Exception {
        frames(seed, 120, true);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void framesOfOriginsInTheBuild(long seed) throws Exception {
        frames(seed, 120, false);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void forLonger(long seed) throws Exception {
        hellos(seed, 2000);
        frames(seed, 2000, true);
        frames(seed, 2000, false);
    }

    private static void hellos(long seed, int cases) throws Exception {
        List<byte[]> seeds = hellosSeen();
        try (var proxy = InterceptingProxy.start(settings -> settings.headTimeout(Duration.ofMillis(300)), c -> c);
                var origin = ServedOrigin.https(proxy.originContext())) {
            var opened = new AtomicInteger(); // a client that takes long to send its CONNECT has none
            many(seed, cases, random -> {
                byte[] hello =
                        mutated(random, seeds.get(random.nextInt(seeds.size())).clone());
                try (Socket tunnel = proxy.tunnel(origin.port())) {
                    opened.incrementAndGet();
                    int cut = random.nextInt(hello.length + 1);
                    tunnel.setTcpNoDelay(true);
                    tunnel.getOutputStream().write(hello, 0, cut);
                    tunnel.getOutputStream().write(hello, cut, hello.length - cut);
                    if (random.nextBoolean()) {
                        tunnel.setSoTimeout(20);
                        readSome(tunnel);
                    }
                    tunnel.setSoLinger(random.nextBoolean(), 0);
                }
            });
            assertThat(opened).hasValueGreaterThan(cases / 2);
            proxy.ledger().awaitClosed(opened.get());
        }
    }

    /** Frames of one side are broken; the other one is as it should be. */
    private static void frames(long seed, int cases, boolean ofClient) throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                SSLSocket tls = ServedOrigin.tls(socket, context);
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setApplicationProtocols(new String[] {"h2"});
                tls.setSSLParameters(parameters);
                RawHttp2 server = RawHttp2.server(tls);
                RawHttp2.Frame frame;
                while ((frame = server.read()) != null) {
                    if (frame.type() != RawHttp2.HEADERS) {
                        continue;
                    }
                    if (ofClient) {
                        server.headers(frame.stream(), false, RawHttp2.block(":status", "200"))
                                .data(frame.stream(), true, "hello");
                    } else {
                        var random = new Random(seed * 100_003 + number);
                        server.send(mutated(random, stream(random, false, frame.stream())));
                        if (random.nextBoolean()) {
                            return;
                        }
                    }
                }
            })) {
                many(seed, cases, random -> {
                    try (Socket tunnel = proxy.tunnel(origin.port());
                            SSLSocket tls = proxy.open(tunnel, "h2")) {
                        tls.setSoTimeout(30);
                        tls.getOutputStream().write(RawHttp2.PREFACE);
                        tls.getOutputStream().write(RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[0]));
                        byte[] said = stream(random, true, 1);
                        tls.getOutputStream().write(ofClient ? mutated(random, said) : said);
                        readSome(tls);
                        tunnel.setSoLinger(random.nextBoolean(), 0);
                    }
                });
                proxy.ledger().awaitClosed(cases);
            }
        }
    }

    /** Some frames that could be right. */
    private static byte[] stream(Random random, boolean ofClient, int first) {
        var out = new ByteArrayOutputStream();
        int id = first;
        int frames = 2 + random.nextInt(8);
        out.writeBytes(head(ofClient, id, random.nextBoolean()));
        for (int i = 0; i < frames; i++) {
            switch (random.nextInt(ofClient ? 10 : 9)) {
                case 0, 1 ->
                    out.writeBytes(
                            RawHttp2.frame(RawHttp2.DATA, random.nextInt(2), id, new byte[random.nextInt(2000)]));
                case 2 ->
                    out.writeBytes(RawHttp2.frame(RawHttp2.RST_STREAM, 0, id, RawHttp2.number(random.nextInt(15))));
                case 3 ->
                    out.writeBytes(RawHttp2.frame(
                            RawHttp2.WINDOW_UPDATE,
                            0,
                            random.nextBoolean() ? id : 0,
                            RawHttp2.number(random.nextInt(70_000))));
                case 4 ->
                    out.writeBytes(RawHttp2.frame(
                            RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(1 + random.nextInt(6), random.nextInt(70_000))));
                case 5 -> out.writeBytes(RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8]));
                case 6 -> out.writeBytes(RawHttp2.frame(RawHttp2.PRIORITY, 0, id, new byte[5]));
                case 7 -> out.writeBytes(RawHttp2.frame(RawHttp2.HEADERS, 5, id, RawHttp2.block("grpc-status", "0")));
                case 8 -> out.writeBytes(RawHttp2.frame(RawHttp2.GOAWAY, 0, 0, new byte[8]));
                default -> {
                    id += 2;
                    out.writeBytes(head(true, id, random.nextBoolean()));
                }
            }
        }
        return out.toByteArray();
    }

    private static byte[] head(boolean ofClient, int id, boolean end) {
        byte[] block = ofClient ? RawHttp2.get("/", "x-a", "b") : RawHttp2.block(":status", "200", "x-a", "b");
        return RawHttp2.frame(RawHttp2.HEADERS, end ? 5 : 4, id, block);
    }

    private static byte[] mutated(Random random, byte[] bytes) {
        byte[] mutant = bytes;
        int times = random.nextInt(4);
        for (int i = 0; i < times && mutant.length > 2; i++) {
            int at = random.nextInt(mutant.length);
            switch (random.nextInt(5)) {
                case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutant[at] = (byte) random.nextInt();
                case 2 ->
                    mutant = spliced(mutant, at, Math.min(mutant.length, at + 1 + random.nextInt(20)), new byte[0]);
                case 3 -> {
                    byte[] more = new byte[1 + random.nextInt(30)];
                    random.nextBytes(more);
                    mutant = spliced(mutant, at, at, more);
                }
                default -> mutant = java.util.Arrays.copyOf(mutant, at + 1);
            }
        }
        return mutant;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte[] piece) {
        var out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.writeBytes(piece);
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }

    private interface Case {
        void run(Random random) throws Exception;
    }

    private static void many(long seed, int cases, Case one) throws Exception {
        List<CompletableFuture<?>> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread;
            threads.add(Peer.async(() -> {
                for (int i = first; i < cases; i += THREADS) {
                    try {
                        one.run(new Random(seed * 1_000_003 + i));
                    } catch (IOException ended) {
                        // a connection that was refused or broken off
                    }
                }
                return null;
            }));
        }
        for (CompletableFuture<?> thread : threads) {
            thread.get(120, TimeUnit.SECONDS);
        }
    }

    private static void readSome(Socket socket) throws IOException {
        byte[] buffer = new byte[4096];
        try {
            while (socket.getInputStream().read(buffer) >= 0) {
                // to the end, or until nothing comes
            }
        } catch (java.net.SocketTimeoutException quiet) {
            // it waits for more
        }
    }

    /** What programs said, from the resources of the reader of ClientHellos. */
    private static List<byte[]> hellosSeen() throws IOException {
        var all = new ArrayList<byte[]>();
        try (var in = Objects.requireNonNull(InterceptionFuzzTest.class.getResourceAsStream("tls/client-hellos.txt"))) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n", -1)) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    all.add(HexFormat.of()
                            .parseHex(line.substring(line.indexOf(' ') + 1).trim()));
                }
            }
        }
        return all;
    }
}
