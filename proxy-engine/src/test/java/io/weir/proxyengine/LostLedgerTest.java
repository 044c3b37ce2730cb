package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.BusConsumer;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.OverloadStep;
import io.weir.eventbus.RingSlot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When nothing can be counted any more, nothing is carried any more. */
class LostLedgerTest {
    @ParameterizedTest
    @EnumSource(Transport.class)
    void openSessionsAreEndedAndNoneBegins(Transport transport) throws Exception {
        EventBus bus = EventBus.create(64);
        var ledger = new FailingLedger(bus);
        bus.start(ledger);
        bus.sessionIds().startAt(1);
        bus.sessionIds().grant(1 << 20);
        var config = EngineConfig.builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .transport(transport)
                .drain(Duration.ZERO)
                .build();
        try (ProxyEngine engine = ProxyEngine.start(config, bus);
                ServerSocket server = Peer.listen(0);
                Peer client = new Peer(connect(engine))) {
            String head = TestTunnel.head(Peer.authority(server));
            client.write(head.getBytes(StandardCharsets.US_ASCII));
            try (Peer origin = new Peer(server.accept())) {
                client.readExactly(TestTunnel.ANSWER.length());
                ledger.fails = true;
                client.write(new byte[1]);

                assertThat(client.readToEnd()).isEqualTo(Peer.End.RESET);
                assertThat(origin.address()).isNotEmpty();
            }
            try (Wire late = new Wire(connect(engine))) {
                late.send(head);
                assertThat(late.readRest()).startsWith("HTTP/1.1 503 ").contains("the ledger is lost");
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> engine.connections() == 0);
            assertThat(NothingLeftBehind.check())
                    .anyMatch(finding -> finding.contains("the ledger is lost, so not all could be counted"));
        } finally {
            bus.close();
        }
    }

    @Test
    void theOnlyLoopIsLostAndWhoLooksFromOutsideSaysSoWhateverTheLedgerAdmits() throws Exception {
        EventBus bus = EventBus.create(64);
        bus.start(new FailingLedger(bus));
        var config = EngineConfig.builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .eventLoops(1)
                .drain(Duration.ZERO)
                .build();
        try (ProxyEngine engine = ProxyEngine.start(config, bus)) {
            engine.overload(OverloadStep.NORMAL, "");
            assertThat(engine.overloadStep()).isEqualTo(OverloadStep.NORMAL);
            engine.loops()
                    .iterator()
                    .next()
                    .eventLoop()
                    .shutdownGracefully(0, 0, TimeUnit.SECONDS)
                    .syncUninterruptibly();

            engine.overload(OverloadStep.NORMAL, "");
            bus.admission().admit();

            assertThat(engine.overloadStep()).isEqualTo(OverloadStep.REFUSING);
            assertThat(engine.overloadCause()).contains("an event loop is lost");
            assertThat(bus.admission().refusal()).contains("an event loop is lost");
            assertThat(NothingLeftBehind.check()).anyMatch(finding -> finding.contains("an event loop is lost"));
        } finally {
            bus.close();
        }
    }

    private static Socket connect(ProxyEngine engine) throws Exception {
        var socket = new Socket();
        socket.connect(engine.addresses().get(0));
        return socket;
    }

    /** Fails when it is told to, as one that has no memory does. */
    private static final class FailingLedger implements BusConsumer {
        private final EventBus bus;
        volatile boolean fails;

        FailingLedger(EventBus bus) {
            this.bus = bus;
        }

        @Override
        public void onSlot(RingSlot slot, boolean endOfBatch) {
            if (fails) {
                throw new OutOfMemoryError("no heap");
            }
        }

        @Override
        public void onIdle() {}

        @Override
        public void onStop() {}

        @Override
        public void onFailure(Throwable failure) {
            bus.admission().refuse("the ledger is lost");
        }
    }
}
