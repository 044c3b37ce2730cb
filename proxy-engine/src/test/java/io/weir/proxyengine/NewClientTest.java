package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A client's first words, where there is no memory to keep them. */
class NewClientTest {
    @BeforeAll
    static void onlyWhereThereIsEpoll() {
        Assumptions.assumeTrue(Transport.best().hasRawSockets());
    }

    @Test
    void aClientWhoseWordsFindNoMemoryIsLetGoAndWhatItSaidCounts() throws Exception {
        TestLedger.Session session = withoutMemory("GET http://192.0.2.1/ HTTP/1.1\r\n");

        assertThat(session.closed.totals().up()).isPositive();
    }

    @Test
    void aClientWhoseRefusalFindsNoMemoryIsLetGoAndWhatItSaidCounts() throws Exception {
        String authority;
        try (ServerSocket gone = Peer.listen(0)) {
            authority = Peer.authority(gone);
        }

        TestLedger.Session session = withoutMemory(TestTunnel.head(authority));

        assertThat(session.closed.totals().overheadUp()).isPositive();
    }

    private static TestLedger.Session withoutMemory(String said) throws Exception {
        TestLedger.Session session;
        try (var proxy = TestProxy.start(settings -> settings.eventLoops(1));
                Peer client = TestTunnel.connect(proxy, 0)) {
            await().until(() -> proxy.engine().connections() == 1);
            EngineLoop loop = proxy.engine().loops().iterator().next();
            List<ByteBuf> memory = new ArrayList<>();
            try {
                loop.eventLoop().submit(() -> useUp(memory)).get();
                client.write(said.getBytes(StandardCharsets.US_ASCII));
                assertThat(client.readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
            } finally {
                loop.eventLoop().submit(() -> memory.forEach(ByteBuf::release)).get();
            }

            await().until(() -> proxy.engine().connections() == 0);
            assertThat(loop.clients()).isZero();
            session = proxy.ledger()
                    .awaitSession(one -> one.isClosed() && one.opened.remote().equals(client.address()));
            assertThat(session.closed.reason()).isEqualTo(CloseReason.INTERNAL_ERROR);
            Tally totals = session.closed.totals();
            assertThat(totals.up() + totals.overheadUp()).isEqualTo(said.length());
        }
        assertThat(NothingLeftBehind.check())
                .singleElement()
                .asString()
                .contains("failed")
                .contains("MemoryError");
        return session;
    }

    /** Takes all direct memory that this thread could get for what the client says. */
    private static void useUp(List<ByteBuf> memory) {
        var plain = new UnpooledByteBufAllocator(true, true);
        for (int bytes = 64 << 20; bytes >= 1024; bytes /= 2) {
            takeAll(memory, plain, bytes);
        }
        takeAll(memory, ByteBufAllocator.DEFAULT, 32);
        takeAll(memory, ByteBufAllocator.DEFAULT, 128);
        takeAll(memory, ByteBufAllocator.DEFAULT, 512); // a refusal
    }

    private static void takeAll(List<ByteBuf> memory, ByteBufAllocator allocator, int bytes) {
        try {
            while (true) {
                memory.add(allocator.directBuffer(bytes, bytes));
            }
        } catch (OutOfMemoryError used) { // Netty's, or the JDK's
            assertThat(used).hasMessageContaining("direct");
        }
    }
}
