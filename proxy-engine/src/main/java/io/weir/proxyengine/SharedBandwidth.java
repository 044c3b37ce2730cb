package io.weir.proxyengine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The buckets that sessions of several event loops draw from: that of all, and those of users. Any thread. Only the first and the last session of a user on a loop
 * look into the map of users; bytes pass without it.
 */
final class SharedBandwidth {
    /** Both directions of somebody. Immutable. */
    record Buckets(TokenBucket up, TokenBucket down) {
        boolean areFull(long nowNanos) {
            return up.isFull(nowNanos) && down.isFull(nowNanos);
        }
    }

    private record User(Buckets buckets, int loops) {}

    private final int loops;
    private final LongSupplier clockNanos;
    private final Rate all;
    private final Rate perUser;
    private final Rate perSession;
    private final Buckets ofAll;
    private final Map<String, User> users = new ConcurrentHashMap<>();

    /**
     * Makes the buckets of all.
     *
     * @param clockNanos as {@link System#nanoTime}
     */
    SharedBandwidth(BandwidthLimits limits, int loops, LongSupplier clockNanos) {
        this.loops = loops;
        this.clockNanos = clockNanos;
        all = new Rate(limits.all());
        perUser = new Rate(limits.perUser());
        perSession = new Rate(limits.perSession());
        ofAll = buckets(all);
    }

    private Buckets buckets(Rate rate) {
        long now = clockNanos.getAsLong();
        return new Buckets(new TokenBucket(rate, loops, now), new TokenBucket(rate, loops, now));
    }

    /** Goes by others from now on, for whatever was limited in that respect when it began. */
    void limits(BandwidthLimits limits) {
        all.set(limits.all());
        perUser.set(limits.perUser());
        perSession.set(limits.perSession());
    }

    Rate all() {
        return all;
    }

    Rate perUser() {
        return perUser;
    }

    Rate perSession() {
        return perSession;
    }

    Buckets ofAll() {
        return ofAll;
    }

    /** The buckets of a user, for one more loop. */
    Buckets join(String user) {
        return users.compute(
                        user,
                        (name, known) -> known == null
                                ? new User(buckets(perUser), 1)
                                : new User(known.buckets(), known.loops() + 1))
                .buckets();
    }

    /** A loop has nobody of that user any more. */
    void leave(String user) {
        users.computeIfPresent(
                user, (name, known) -> known.loops() == 1 ? null : new User(known.buckets(), known.loops() - 1));
    }

    /** How many users have buckets, for tests. */
    int users() {
        return users.size();
    }
}
