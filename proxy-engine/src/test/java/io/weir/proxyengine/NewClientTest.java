package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
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
            loop.eventLoop()
                    .submit(() -> loop.clients().allocator(new NoMemory()))
                    .get();
            client.write(said.getBytes(StandardCharsets.US_ASCII));
            assertThat(client.readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);

            await().until(() -> proxy.engine().connections() == 0);
            assertThat(loop.clients().count()).isZero();
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

    /** As Netty's when the direct memory is used up. */
    private static final class NoMemory extends AbstractByteBufAllocator {
        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("no heap");
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new OutOfMemoryError("no direct memory");
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }
}
