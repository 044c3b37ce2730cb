package io.weir.proxyengine.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Slows down who tries passwords. Any thread.
 *
 * <p>A source is an IPv4 address or the first 64 bits of an IPv6 address. It may be wrong {@value #FREE} times; after that its checks are kept apart, by a quarter of a
 * second at first and twice as long after each that is wrong, up to ten seconds; those that wait already count like that, so that there are few. Being right changes nothing, or an attacker with a password of
 * his own could go on without end; a quarter of an hour without a wrong one does. The table has room for the {@value #SOURCES_MAX} that matter most.
 */
final class SourceDelays {
    static final int FREE = 5;
    static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);
    static final int SOURCES_MAX = 16_384;

    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int DOUBLINGS_MAX = 10;
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(15);

    /**
     * What is known of a source. Immutable.
     *
     * @param wrong how often it was
     * @param wrongAtNanos when it was last
     * @param nextNanos before which no check of its begins
     */
    private record Source(int wrong, long wrongAtNanos, long nextNanos) {
        long spacingNanos() {
            return wrong < FREE ? 0 : Math.min(LONGEST_NANOS, FIRST_NANOS << Math.min(DOUBLINGS_MAX, wrong - FREE));
        }
    }

    private final LongSupplier nanoClock;
    private final Cache<Long, Source> sources;

    SourceDelays(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        sources = Caffeine.newBuilder()
                .maximumSize(SOURCES_MAX)
                .expireAfterWrite(FORGOTTEN_AFTER)
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /** Where an address counts. */
    static long source(InetAddress address) {
        return ClientSource.of(address);
    }

    /** Whether the source's checks are not kept apart. */
    boolean isFree(long source) {
        Source known = sources.getIfPresent(source);
        return known == null || known.wrong < FREE || isForgotten(known);
    }

    private boolean isForgotten(Source known) {
        return nanoClock.getAsLong() - known.wrongAtNanos > FORGOTTEN_AFTER.toNanos();
    }

    /**
     * When the source's next check may begin, and takes that place for it unless it is farther than {@link #LONGEST_NANOS}.
     *
     * @return in how many nanoseconds; 0 is now
     */
    long reserve(long source) {
        long now = nanoClock.getAsLong();
        long[] wait = {0};
        sources.asMap().computeIfPresent(source, (key, known) -> {
            if (isForgotten(known)) {
                return null;
            }
            long spacing = known.spacingNanos();
            wait[0] = spacing == 0 ? 0 : Math.max(0, known.nextNanos - now);
            return wait[0] > LONGEST_NANOS
                    ? known
                    : new Source(known.wrong, known.wrongAtNanos, now + wait[0] + Math.max(spacing, wait[0]));
        });
        return wait[0];
    }

    /** A check of the source's has shown a wrong password. */
    void wrong(long source) {
        long now = nanoClock.getAsLong();
        sources.asMap().compute(source, (key, known) -> {
            var next = new Source(known == null ? 1 : Math.min(known.wrong, 1 << 20) + 1, now, now);
            long free = now + next.spacingNanos();
            long taken = known == null ? free : Math.max(free, known.nextNanos);
            return new Source(next.wrong, now, taken);
        });
    }

    /** How often the source was wrong, for tests. */
    int wrongs(long source) {
        @Nullable Source known = sources.getIfPresent(source);
        return known == null ? 0 : known.wrong;
    }

    long size() {
        sources.cleanUp();
        return sources.estimatedSize();
    }
}
