package io.weir.proxyengine;

import io.weir.eventbus.SessionMeter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Limits the sessions of one event loop that are to be limited, and costs the others a comparison. That loop only. */
final class LoopBandwidth {
    private final SharedBandwidth shared;
    private final PaceClock clock;
    private final Sweep sweep;
    private final Tap allUp;
    private final Tap allDown;
    private final Map<String, UserTaps> users = new HashMap<>();
    private long tickets;

    /**
     * Makes it.
     *
     * @param sweep has users forgotten whose sessions are over
     */
    LoopBandwidth(SharedBandwidth shared, PaceClock clock, Sweep sweep) {
        this.shared = shared;
        this.clock = clock;
        this.sweep = sweep;
        allUp = new Tap(shared.ofAll().up(), clock);
        allDown = new Tap(shared.ofAll().down(), clock);
    }

    PaceClock clock() {
        return clock;
    }

    long nextTicket() {
        return tickets++;
    }

    /** Whether anything limits who has no rule of its own. */
    private boolean limits(String user) {
        return shared.all().isLimited() || shared.perSession().isLimited() || shared.limits(user);
    }

    /**
     * What limits a session that begins; null if nothing does, and then nothing will.
     *
     * @param ruling settled; null if there are no rules
     */
    @Nullable Bandwidth of(SessionMeter meter, Caller caller, @Nullable Ruling ruling) {
        return of(meter, caller.user(), Ruling.bandwidth(ruling));
    }

    @Nullable Bandwidth of(SessionMeter meter, String user, long ruleRate) {
        if (ruleRate == 0 && !limits(user)) {
            return null;
        }
        List<Tap> up = new ArrayList<>(3);
        List<Tap> down = new ArrayList<>(3);
        if (ruleRate != 0) {
            addOwn(new Rate(ruleRate), up, down);
        }
        if (shared.perSession().isLimited()) {
            addOwn(shared.perSession(), up, down);
        }
        UserTaps taps = shared.limits(user) ? join(user) : null;
        if (taps != null) {
            up.add(taps.up());
            down.add(taps.down());
        }
        if (shared.all().isLimited()) {
            up.add(allUp);
            down.add(allDown);
        }
        return new Bandwidth(new Pace(this, meter, true, up), new Pace(this, meter, false, down), user, ruleRate, taps);
    }

    /**
     * The same for the next session of a connection, which shares what its sessions may have.
     *
     * @param before of the session before, which is over; null if nothing limited it
     */
    @Nullable Bandwidth next(@Nullable Bandwidth before, SessionMeter meter, Caller caller, @Nullable Ruling ruling) {
        if (before == null) {
            return of(meter, caller, ruling);
        }
        if (before.isOf(caller.user(), Ruling.bandwidth(ruling))) {
            before.next(meter);
            return before;
        }
        before.close();
        return of(meter, caller, ruling);
    }

    private void addOwn(Rate rate, List<Tap> up, List<Tap> down) {
        long now = clock.nanos();
        up.add(new Tap(new TokenBucket(rate, 1, now), clock));
        down.add(new Tap(new TokenBucket(rate, 1, now), clock));
    }

    private UserTaps join(String user) {
        UserTaps taps = users.computeIfAbsent(user, name -> new UserTaps(name, shared.join(name)));
        taps.came();
        return taps;
    }

    /** How many users it knows, for tests. */
    int users() {
        return users.size();
    }

    /** What the sessions of one user draw from; forgotten when there is none and the buckets are full, so that nobody gets a new one by coming anew. */
    final class UserTaps implements Swept {
        private final String user;
        private final SharedBandwidth.Buckets buckets;
        private final Tap up;
        private final Tap down;
        private int sessions;
        private int sweepPosition = -1;

        private UserTaps(String user, SharedBandwidth.Buckets buckets) {
            this.user = user;
            this.buckets = buckets;
            up = new Tap(buckets.up(), clock);
            down = new Tap(buckets.down(), clock);
        }

        Tap up() {
            return up;
        }

        Tap down() {
            return down;
        }

        private void came() {
            sessions++;
            sweep.remove(this);
        }

        /** A session is over. */
        void left() {
            if (--sessions == 0) {
                sweep.add(this);
            }
        }

        @Override
        public void sweep(long nowNanos) {
            if (buckets.areFull(nowNanos)) {
                sweep.remove(this);
                users.remove(user);
                shared.leave(user);
            }
        }

        @Override
        public int sweepPosition() {
            return sweepPosition;
        }

        @Override
        public void sweepPosition(int position) {
            sweepPosition = position;
        }
    }
}
