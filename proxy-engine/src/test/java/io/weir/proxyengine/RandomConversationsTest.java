package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The law of tunnels, on many conversations: what the applications wrote and read is what the session says. */
class RandomConversationsTest {
    private static final int WRITE_MAX = 300 * 1024;

    static Stream<Arguments> seeds() {
        return all(1, 4);
    }

    static Stream<Arguments> manySeeds() {
        return all(100, 160);
    }

    private static Stream<Arguments> all(long from, long to) {
        List<Arguments> all = new ArrayList<>();
        for (Transport transport : Transport.values()) {
            for (long seed = from; seed < to; seed++) {
                all.add(arguments(transport, seed));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} seed {1}")
    @MethodSource("seeds")
    void withoutAResetAllSixFiguresAreThoseOfTheApplications(Transport transport, long seed) throws Exception {
        converse(transport, seed, 16, 0);
    }

    @ParameterizedTest(name = "{0} seed {1}")
    @MethodSource("seeds")
    void withResetsNothingIsInvented(Transport transport, long seed) throws Exception {
        converse(transport, seed, 16, 0.1);
    }

    @Tag("slow")
    @ParameterizedTest(name = "{0} seed {1}")
    @MethodSource("manySeeds")
    void theSameOnManySeeds(Transport transport, long seed) throws Exception {
        converse(transport, seed, 24, seed % 3 == 0 ? 0 : 0.1);
    }

    private static void converse(Transport transport, long seed, int tunnels, double resets) throws Exception {
        var random = new Random(seed);
        int bufferBytes = random.nextBoolean() ? 2 * 1024 : 128 * 1024; // splices much, or copies much
        try (var proxy =
                TestProxy.start(settings -> settings.transport(transport).relayBufferBytes(bufferBytes))) {
            List<TestTunnel> all = new ArrayList<>();
            List<CompletableFuture<?>> work = new ArrayList<>();
            for (int i = 0; i < tunnels; i++) {
                TestTunnel tunnel = TestTunnel.open(proxy, random.nextBoolean() ? 0 : 16 * 1024);
                all.add(tunnel);
                for (Peer peer : List.of(tunnel.client(), tunnel.origin())) {
                    long talk = random.nextLong();
                    work.add(Peer.async(() -> talk(peer, new Random(talk), resets)));
                    work.add(Peer.async(() -> readUnlessReset(peer)));
                }
            }
            for (CompletableFuture<?> one : work) {
                one.get(40, TimeUnit.SECONDS);
            }
            for (TestTunnel tunnel : all) {
                check(tunnel, tunnel.closedSession(proxy));
                tunnel.close();
            }
        }
    }

    /** Writes some, then ends the stream or the connection. */
    private static boolean talk(Peer peer, Random random, double resets) throws IOException {
        try {
            int writes = random.nextInt(8);
            for (int i = 0; i < writes; i++) {
                peer.writePattern(random.nextInt(WRITE_MAX), 1 + random.nextInt(64 * 1024));
                if (random.nextDouble() < resets) {
                    peer.reset();
                    return true;
                }
            }
            peer.shutdownOutput();
        } catch (IOException broken) {
            return false; // by the other side
        }
        return true;
    }

    private static Peer.End readUnlessReset(Peer peer) {
        return peer.readToEnd();
    }

    private static void check(TestTunnel tunnel, TestLedger.Session session) {
        Tally counts = session.counts();
        Peer client = tunnel.client();
        Peer origin = tunnel.origin();
        assertThat(counts.overheadUp()).isEqualTo(tunnel.headBytes());
        assertThat(counts.overheadDown()).isEqualTo(TestTunnel.ANSWER.length());
        if (session.closed.reason() == CloseReason.COMPLETED) {
            assertThat(counts)
                    .isEqualTo(new Tally(
                            client.written(),
                            client.read(),
                            tunnel.headBytes(),
                            TestTunnel.ANSWER.length(),
                            origin.read(),
                            origin.written()));
            assertThat(counts.up()).isEqualTo(counts.originUp());
            assertThat(counts.down()).isEqualTo(counts.originDown());
            return;
        }
        assertThat(session.closed.reason()).isIn(CloseReason.CLIENT_RESET, CloseReason.ORIGIN_RESET);
        long begun = 64 * 1024; // of the piece in whose middle a writer was interrupted
        assertThat(counts.up()).isBetween(counts.originUp(), client.written() + begun);
        assertThat(counts.originDown()).isBetween(counts.down(), origin.written() + begun);
        assertThat(counts.originUp()).isGreaterThanOrEqualTo(origin.read());
        assertThat(counts.down()).isGreaterThanOrEqualTo(client.read());
    }
}
