package io.weir.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SessionIdsTest {
    private final SessionIds ids = new SessionIds();

    @Test
    void nothingIsHandedOutBeforeTheFirstGrant() {
        assertThat(ids.next()).isEqualTo(SessionIds.NONE);
    }

    @Test
    void idsEndWhereTheGrantEndsAndGoOnWithTheNext() {
        ids.startAt(7);
        ids.grant(9);
        assertThat(ids.next()).isEqualTo(7);
        assertThat(ids.next()).isEqualTo(8);
        assertThat(ids.next()).isEqualTo(SessionIds.NONE);
        assertThat(ids.peek()).isEqualTo(9);
        assertThat(ids.grantedBelow()).isEqualTo(9);

        ids.grant(10);

        assertThat(ids.next()).isEqualTo(9);
        assertThat(ids.next()).isEqualTo(SessionIds.NONE);
    }

    @Test
    void theLastIdIsTheLastThatIsExactAsAJsonNumber() {
        ids.startAt(SessionIds.LIMIT - 1);
        ids.grant(SessionIds.LIMIT);

        assertThat(ids.next()).isEqualTo(9_007_199_254_740_991L);
        assertThat(ids.next()).isEqualTo(SessionIds.NONE);
    }

    @Test
    void aGrantBeyondTheLimitIsRefusedAndChangesNothing() {
        ids.grant(5);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ids.grant(SessionIds.LIMIT + 1))
                .withMessageContaining("used up");
        assertThat(ids.grantedBelow()).isEqualTo(5);
    }

    @Test
    void theStartNeverGoesBackToIdsThatWereHandedOut() {
        ids.startAt(100);
        ids.grant(200);
        ids.next();

        assertThatIllegalArgumentException().isThrownBy(() -> ids.startAt(100)).withMessageContaining("101");
        assertThat(ids.next()).isEqualTo(101);
    }

    @Test
    void noneIsNeverAnId() {
        assertThatIllegalArgumentException().isThrownBy(() -> ids.startAt(SessionIds.NONE));
    }

    @Test
    void threadsShareTheIdsWithoutGapOrDuplicate() throws Exception {
        int threads = 4;
        int each = 50_000;
        var begin = new CyclicBarrier(threads);
        ids.grant(1L + (long) threads * each);

        ExecutorService loops = Executors.newFixedThreadPool(threads);
        try {
            Callable<long[]> taker = () -> {
                begin.await(10, TimeUnit.SECONDS);
                return LongStream.generate(ids::next).limit(each).toArray();
            };
            List<Future<long[]>> taken = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                taken.add(loops.submit(taker));
            }
            var all = LongStream.builder();
            for (Future<long[]> one : taken) {
                LongStream.of(one.get(10, TimeUnit.SECONDS)).forEach(all);
            }

            assertThat(all.build().sorted().toArray())
                    .isEqualTo(LongStream.rangeClosed(1, (long) threads * each).toArray());
            assertThat(ids.next()).isEqualTo(SessionIds.NONE);
        } finally {
            loops.shutdownNow();
        }
    }
}
