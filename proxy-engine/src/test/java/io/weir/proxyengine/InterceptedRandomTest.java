package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.InterceptedTalk.Layer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws of interception on many conversations: what both ends sent and received as messages is what the exchanges say, whatever versions they speak. */
class InterceptedRandomTest {
    private static final int CLIENTS = 4;

    /** How an exchange that somebody broke may end. */
    private static final Set<CloseReason> ENDS = EnumSet.of(
            CloseReason.COMPLETED,
            CloseReason.CLIENT_ABORTED,
            CloseReason.CLIENT_RESET,
            CloseReason.ORIGIN_ABORTED,
            CloseReason.ORIGIN_RESET,
            CloseReason.BAD_RESPONSE); // that ends in its head

    static Stream<Arguments> seeds() {
        return all(1, 3);
    }

    static Stream<Arguments> manySeeds() {
        return all(100, 130);
    }

    private static Stream<Arguments> all(long from, long to) {
        return Stream.of(
                        arguments(Layer.PLAIN, "http/1.1", "http/1.1"),
                        arguments(Layer.PLAIN, "h2", "h2"),
                        arguments(Layer.TLS, "http/1.1", "http/1.1"),
                        arguments(Layer.TLS, "h2", "h2"),
                        arguments(Layer.TLS, "http/1.1", "h2"),
                        arguments(Layer.TLS, "h2", "http/1.1"))
                .flatMap(each -> LongStream.range(from, to)
                        .mapToObj(seed -> arguments(each.get()[0], each.get()[1], each.get()[2], seed)));
    }

    @ParameterizedTest(name = "{0} {1} to {2} seed {3}")
    @MethodSource("seeds")
    void withoutAResetAllFiguresAreThoseOfBothEnds(Layer layer, String client, String origin, long seed)
            throws Exception {
        converse(layer, client, origin, seed, 0);
    }

    @ParameterizedTest(name = "{0} {1} to {2} seed {3}")
    @MethodSource("seeds")
    void withResetsNothingIsInventedAndEverySessionEndsOnce(Layer layer, String client, String origin, long seed)
            throws Exception {
        converse(layer, client, origin, seed, 0.1);
    }

    @Tag("slow")
    @ParameterizedTest(name = "{0} {1} to {2} seed {3}")
    @MethodSource("manySeeds")
    void theSameOnManySeeds(Layer layer, String client, String origin, long seed) throws Exception {
        converse(layer, client, origin, seed, seed % 3 == 0 ? 0 : 0.1);
    }

    private static void converse(Layer layer, String clientSpeaks, String originSpeaks, long seed, double resets)
            throws Exception {
        var random = new Random(seed);
        try (var talk = InterceptedTalk.start(layer, originSpeaks)) {
            var origin = RandomOrigin.serve(talk, originSpeaks.equals("h2"));
            List<RandomClient> clients = new ArrayList<>();
            List<CompletableFuture<Boolean>> work = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                var client = new RandomClient(
                        talk.client(clientSpeaks), clientSpeaks.equals("h2"), i, new Random(random.nextLong()), resets);
                clients.add(client);
            }
            for (RandomClient client :
                    clients) { // when all have shaken hands: one that leaves at once is not asked again
                work.add(Peer.async(client::talk));
            }
            for (CompletableFuture<Boolean> one : work) {
                one.get(40, TimeUnit.SECONDS);
            }
            if (resets == 0) {
                int exchanges =
                        clients.stream().mapToInt(each -> each.legs().size()).sum();
                checkExactly(talk.settle(exchanges), clients, origin);
                talk.awaitOriginReadAll();
            } else {
                checkNothingInvented(talk, clients, origin);
            }
        }
    }

    private static void checkExactly(
            List<TestLedger.Session> sessions, List<RandomClient> clients, RandomOrigin origin) {
        for (TestLedger.Session session : sessions) {
            long[] near = near(session, clients);
            long[] far = Objects.requireNonNull(origin.legs().get(key(session)));
            assertThat(session.counts())
                    .as("%s", session.opened.url())
                    .isEqualTo(new Tally(near[0], near[1], 0, 0, far[0], far[1]));
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.closed.status()).isEqualTo(200);
        }
    }

    private static void checkNothingInvented(InterceptedTalk talk, List<RandomClient> clients, RandomOrigin origin)
            throws Exception {
        for (RandomClient client : clients) {
            client.connection().leave();
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> talk.ledger().sessions().stream()
                                        .filter(each -> each.opened.isRoot())
                                        .count()
                                == CLIENTS
                        && talk.ledger().sessions().stream().allMatch(TestLedger.Session::isClosed));
        talk.checkLaws();
        for (TestLedger.Session session : talk.ledger().exchanges()) {
            assertThat(session.closed.reason()).as("%s", session.opened.url()).isIn(ENDS);
            long[] far = origin.legs().get(key(session));
            if (session.opened.method().isEmpty()) {
                continue; // the beginning of a head
            }
            long[] near = near(session, clients);
            assertThat(session.counts().up()).isLessThanOrEqualTo(near[0]);
            assertThat(session.counts().originDown()).isLessThanOrEqualTo(far == null ? 0 : far[1]);
            if (session.closed.reason() == CloseReason.COMPLETED) {
                assertThat(session.exchange.error()).isEmpty();
                assertThat(session.closed.status()).isEqualTo(200);
            } else {
                assertThat(session.exchange.error()).isNotEmpty();
            }
        }
        Tally roots = talk.ledger().rootTotals();
        assertThat(roots.up())
                .isLessThanOrEqualTo(clients.stream()
                                .mapToLong(each -> each.connection().up())
                                .sum()
                        + RandomClient.PIECE_MAX);
        assertThat(roots.down())
                .isGreaterThanOrEqualTo(clients.stream()
                        .mapToLong(each -> each.connection().down())
                        .sum());
    }

    private static String key(TestLedger.Session session) {
        String url = session.opened.url();
        int query = url.indexOf('?');
        return url.substring(
                url.lastIndexOf('/', query < 0 ? url.length() : query) + 1, query < 0 ? url.length() : query);
    }

    private static long[] near(TestLedger.Session session, List<RandomClient> clients) {
        String key = key(session);
        int client = Integer.parseInt(key.substring(0, key.indexOf('-')));
        return Objects.requireNonNull(clients.get(client).legs().get(key), key);
    }
}
