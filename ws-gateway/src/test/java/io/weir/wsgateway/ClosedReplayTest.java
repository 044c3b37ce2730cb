package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClosedReplayTest {
    private final EventLoop loop = new DefaultEventLoop();

    @AfterEach
    void end() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Reads from a journal of sessions without end, each with an URL of that length; answers how many were read. */
    private long read(int sessions, int urlChars, CompletableFuture<Optional<List<ClosedSession>>> answer) {
        ConnectionInfo one =
                FakeLedger.row(1, 0, SessionProtocol.HTTP, "GET", "a.example", "u".repeat(urlChars), Tally.ZERO);
        AtomicLong read = new AtomicLong();
        try (ClosedReplay replay = new ClosedReplay(loop, (after, upTo, sink, control) -> {
            while (read.get() < sessions) {
                sink.accept(new ClosedSession(read.incrementAndGet(), one));
            }
        })) {
            loop.execute(() -> replay.read(0, sessions, () -> true, answer::complete));
            answer.orTimeout(10, TimeUnit.SECONDS).join();
        }
        return read.get();
    }

    @Test
    void whatIsNotTooMuchIsHandedOut() {
        var answer = new CompletableFuture<Optional<List<ClosedSession>>>();

        read(ClosedReplay.MAX_ROWS, 100, answer);

        assertThat(answer.join().orElseThrow()).hasSize(ClosedReplay.MAX_ROWS);
    }

    @Test
    void moreRowsThanMayBeHeldAreNotReadOn() {
        var answer = new CompletableFuture<Optional<List<ClosedSession>>>();

        assertThat(read(10 * ClosedReplay.MAX_ROWS, 100, answer)).isEqualTo(ClosedReplay.MAX_ROWS + 1);
        assertThat(answer.join()).isEmpty();
    }

    @Test
    void longTextsCountByWhatTheyTakeInMemory() {
        var answer = new CompletableFuture<Optional<List<ClosedSession>>>();

        assertThat(read(ClosedReplay.MAX_ROWS, 16 << 10, answer)).isLessThan(ClosedReplay.MAX_BYTES / (16 << 10) + 1);
        assertThat(answer.join()).isEmpty();
    }
}
