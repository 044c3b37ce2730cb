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

    private record User(Rate rate, Buckets buckets, int loops) {
        User on(int otherLoops) {
            return new User(rate, buckets, otherLoops);
        }
    }

    private final int loops;
    private final LongSupplier clockNanos;
    private final Rate all;
    private final Rate perSession;
    private final Buckets ofAll;
    private final Map<String, User> users = new ConcurrentHashMap<>();
    private volatile BandwidthLimits limits;

    /**
     * Makes the buckets of all.
     *
     * @param clockNanos as {@link System#nanoTime}
     */
    SharedBandwidth(BandwidthLimits limits, int loops, LongSupplier clockNanos) {
        this.loops = loops;
        this.clockNanos = clockNanos;
        this.limits = limits;
        all = new Rate(limits.all());
        perSession = new Rate(limits.perSession());
        ofAll = buckets(all);
    }

    private Buckets buckets(Rate rate) {
        long now = clockNanos.getAsLong();
        return new Buckets(new TokenBucket(rate, loops, now), new TokenBucket(rate, loops, now));
    }

    /** Goes by others from now on, for whatever was limited in that respect when it began. */
    void limits(BandwidthLimits changed) {
        limits = changed;
        all.set(changed.all());
        perSession.set(changed.perSession());
        users.keySet().forEach(this::setRate);
    }

    Rate all() {
        return all;
    }

    /** Whether the sessions of that user are limited together. */
    boolean limits(String user) {
        return limits.of(user) != 0;
    }

    Rate perSession() {
        return perSession;
    }

    Buckets ofAll() {
        return ofAll;
    }

    /** The buckets of a user, for one more loop. */
    Buckets join(String user) {
        User joined = users.compute(user, (name, known) -> known == null ? newUser(name) : known.on(known.loops() + 1));
        if (joined.loops() == 1) {
            setRate(user); // whoever changed the limits meanwhile may not have met this one
        }
        return joined.buckets();
    }

    private User newUser(String name) {
        var rate = new Rate(limits.of(name));
        return new User(rate, buckets(rate), 1);
    }

    private void setRate(String user) {
        users.computeIfPresent(user, (name, known) -> {
            known.rate().set(limits.of(name));
            return known;
        });
    }

    /** A loop has nobody of that user any more. */
    void leave(String user) {
        users.computeIfPresent(user, (name, known) -> known.loops() == 1 ? null : known.on(known.loops() - 1));
    }

    /** How many users have buckets, for tests. */
    int users() {
        return users.size();
    }
}
