package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listening socket for each loop, on one address. */
class SocketDoorTest {
    @BeforeAll
    static void onlyWhereThereIsEpoll() {
        Assumptions.assumeTrue(Transport.best().hasRawSockets());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAddressWhereSomebodyListensIsRefusedAlsoIfHeWouldShareIt(boolean shares) throws Exception {
        try (ServerSocketChannel other = ServerSocketChannel.open()) {
            other.setOption(StandardSocketOptions.SO_REUSEPORT, shares);
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            var taken = (InetSocketAddress) other.getLocalAddress();

            assertThatThrownBy(() -> TestProxy.start(
                            settings -> settings.listeners(List.of(taken)).eventLoops(3)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getPort())
                    .hasMessageContaining("Address already in use")
                    .hasMessageContaining("--listen");
        }
    }

    @Test
    void aSecondNodeIsRefusedTheAddressOfTheFirstUntilThatHasStopped() {
        InetSocketAddress address;
        try (var first = TestProxy.start(settings -> settings.eventLoops(3))) {
            address = first.address();

            assertThatThrownBy(() -> TestProxy.start(
                            settings -> settings.listeners(List.of(address)).eventLoops(3)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + address.getPort());
        }
        try (var second =
                TestProxy.start(settings -> settings.listeners(List.of(address)).eventLoops(3))) {
            assertThat(second.address()).isEqualTo(address);
        }
    }

    @Test
    void ofTwoNodesThatStartAtTheSameMomentOneIsRefused() throws Exception {
        for (int i = 0; i < 200; i++) {
            InetSocketAddress address = loopback(freePort());
            var barrier = new CyclicBarrier(2);
            CompletableFuture<Boolean> rival = Peer.async(() -> isBound(address, barrier));
            boolean bound = isBound(address, barrier);

            assertThat(bound).isNotEqualTo(rival.get());
        }
    }

    /** Whether it got the address; gives it back when the other has tried. */
    private static boolean isBound(InetSocketAddress address, CyclicBarrier barrier) throws Exception {
        barrier.await();
        SocketDoor door = null;
        try {
            door = SocketDoor.bind(ListenerConfig.http(address), 2, new AcceptLimit(1));
        } catch (EngineException refused) {
            assertThat(refused).hasMessageContaining("Address already in use");
        }
        barrier.await();
        if (door != null) {
            door.close().join();
        }
        return door != null;
    }

    @Test
    void aSecondListenerThatFailsLeavesNothingOfTheFirst() throws Exception {
        try (ServerSocket taken = Peer.listen(0)) {
            int free = freePort();
            InetSocketAddress first = loopback(free);

            assertThatThrownBy(() -> TestProxy.start(
                            settings -> settings.listeners(List.of(first, loopback(taken.getLocalPort())))))
                    .isInstanceOf(EngineException.class);

            try (var proxy = TestProxy.start(settings -> settings.listeners(List.of(first)))) {
                assertThat(proxy.port()).isEqualTo(free);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "::1", "::"})
    void everyKindOfAddressIsServedByEachLoop(String host) throws Exception {
        var address = new InetSocketAddress(InetAddress.getByName(host), 0);
        try (var proxy = TestProxy.start(settings ->
                        settings.listeners(List.of(address)).allowOpen(true).eventLoops(3));
                ServerSocket server = Peer.listen(0)) {
            assertThat(proxy.port()).isPositive();
            boolean isV4Reachable = !host.equals("::1");
            var reach = new InetSocketAddress(isV4Reachable ? "127.0.0.1" : "::1", proxy.port());
            for (int i = 0; i < 9; i++) {
                try (var socket = new java.net.Socket(reach.getAddress(), reach.getPort());
                        Peer client = new Peer(socket)) {
                    client.write(TestTunnel.head("127.0.0.1:" + server.getLocalPort())
                            .getBytes(StandardCharsets.US_ASCII));
                    if (host.contains("1")) { // elsewhere private destinations are refused
                        try (Peer origin = new Peer(server.accept())) {
                            client.readExactly(TestTunnel.ANSWER.length());
                            origin.shutdownOutput();
                        }
                    } else {
                        assertThat(TunnelOpeningTest.readAnswer(client)).startsWith("HTTP/1.1 403 ");
                    }
                    assertThat(TestTunnel.session(proxy, client).opened.remote())
                            .isEqualTo(client.address());
                }
            }
        }
    }

    @Test
    void fewClientsAreSpreadOverTheLoopsHoweverTheKernelDealsThemOut() throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.eventLoops(4))) {
            List<TestTunnel> tunnels = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                tunnels.add(TestTunnel.open(proxy));
            }

            assertThat(proxy.engine().loops())
                    .allSatisfy(loop -> assertThat(loop.clients().count()).isBetween(1, 8));
            for (TestTunnel tunnel : tunnels) {
                tunnel.close();
            }
            await().untilAsserted(() -> assertThat(proxy.engine().loops())
                    .allSatisfy(loop -> assertThat(loop.clients().count()).isZero()));
        }
    }

    @Test
    void theLimitHoldsForAllLoopsTogether() throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.eventLoops(4).maxConnections(5))) {
            List<Peer> clients = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                clients.add(TestTunnel.connect(proxy, 0));
            }
            await().until(() -> proxy.engine().connections() == 5);
            try (ServerSocket server = Peer.listen(0)) {
                byte[] head = TestTunnel.head(Peer.authority(server)).getBytes(StandardCharsets.US_ASCII);
                for (Peer client : clients) {
                    client.write(head);
                }
                for (int i = 0; i < clients.size(); i++) { // as one ends, another is let in
                    Peer origin = new Peer(server.accept());
                    assertThat(proxy.engine().loops().stream()
                                    .mapToInt(each -> each.clients().count())
                                    .sum())
                            .isLessThanOrEqualTo(5);
                    origin.reset();
                    origin.close();
                }
            }
            for (Peer client : clients) {
                client.close();
            }
            await().until(() -> proxy.engine().connections() == 0);
        }
    }

    @Test
    void whoWaitsInTheKernelWhenTheNodeStopsIsStillServed() throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.eventLoops(1).drain(Duration.ofMinutes(5)));
                ServerSocket server = Peer.listen(0)) {
            EngineLoop loop = proxy.engine().loops().iterator().next();
            var blocked = new CountDownLatch(1);
            var release = new CountDownLatch(1);
            loop.eventLoop().execute(() -> {
                blocked.countDown();
                try {
                    release.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            blocked.await();
            try (Peer silent = TestTunnel.connect(proxy, 0);
                    Peer asking = TestTunnel.connect(proxy, 0)) {
                asking.write(TestTunnel.head(Peer.authority(server)).getBytes(StandardCharsets.US_ASCII));
                CompletableFuture<Void> closing = Peer.async(() -> {
                    proxy.engine().close();
                    return null;
                });
                await().until(() ->
                        loop.eventLoop() instanceof io.netty.util.concurrent.SingleThreadEventExecutor executor
                                && executor.pendingTasks() > 0);
                release.countDown();

                try (Peer origin = new Peer(server.accept())) {
                    asking.readExactly(TestTunnel.ANSWER.length());
                    origin.shutdownOutput();
                }
                assertThat(silent.readToEnd()).isEqualTo(Peer.End.FIN);
                asking.shutdownOutput();
                closing.get(30, TimeUnit.SECONDS);
            }
        }
    }

    /** One that the kernel gives to nobody on its own, as it might to another test's connection before we come back to it. */
    private static int freePort() throws Exception {
        int below;
        try (var range = new Scanner(
                Path.of("/proc/sys/net/ipv4/ip_local_port_range"),
                StandardCharsets.US_ASCII)) { // reads it in one piece, as it has to be
            below = range.nextInt();
        }
        int port = 0;
        while (!isFree(port)) {
            port = ThreadLocalRandom.current().nextInt(Math.max(1_024, below - 16_384), below);
        }
        return port;
    }

    private static boolean isFree(int port) throws IOException {
        if (port == 0) {
            return false;
        }
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException taken) {
            return false;
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
