package io.weir.wsgateway;

import io.weir.aggregator.ClosedCounts;
import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.SessionChanges;
import io.weir.aggregator.Snapshot;
import io.weir.eventbus.Tally;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A snapshot that seems to hold few closed sessions, so that the journal has to be asked for the others. */
record ForgetfulSnapshot(Snapshot whole, int held) implements Snapshot {
    private static final int HELD_BY_ALL = 10_000;

    /** It as it is, if it holds no more than that. */
    static Snapshot of(Snapshot whole, int held) {
        return held < HELD_BY_ALL && whole.lastClosed(held + 1).size() > held
                ? new ForgetfulSnapshot(whole, held)
                : whole;
    }

    @Override
    public SessionChanges changesAfter(long after) {
        Set<Long> shown =
                lastClosed(held).stream().map(closed -> closed.info().id()).collect(Collectors.toUnmodifiableSet());
        return new Some(whole.changesAfter(after), shown);
    }

    @Override
    public long closedFloor() {
        List<ClosedSession> closed = whole.lastClosed(held + 1);
        return closed.size() > held ? closed.get(held).sequence() : whole.closedFloor();
    }

    @Override
    public List<ClosedSession> lastClosed(int limit) {
        return whole.lastClosed(Math.min(limit, held));
    }

    @Override
    public long sequence() {
        return whole.sequence();
    }

    @Override
    public long atMillis() {
        return whole.atMillis();
    }

    @Override
    public Tally totals() {
        return whole.totals();
    }

    @Override
    public long sessionsOpened() {
        return whole.sessionsOpened();
    }

    @Override
    public int openCount() {
        return whole.openCount();
    }

    @Override
    public long violations() {
        return whole.violations();
    }

    @Override
    public void forEachOpen(Consumer<ConnectionInfo> reader) {
        whole.forEachOpen(reader);
    }

    @Override
    public List<ConnectionInfo> recentlyClosed() {
        return whole.recentlyClosed();
    }

    @Override
    public ClosedCounts closedCounts() {
        return whole.closedCounts();
    }

    @Override
    public long refused() {
        return whole.refused();
    }

    @Override
    public Optional<ConnectionInfo> find(long id) {
        return whole.find(id);
    }

    private record Some(SessionChanges all, Set<Long> shownClosed) implements SessionChanges {
        @Override
        public boolean next() {
            while (all.next()) {
                if (all.info().isOpen() || shownClosed.contains(all.info().id())) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public ConnectionInfo info() {
            return all.info();
        }

        @Override
        public boolean isWhole() {
            return all.isWhole();
        }

        @Override
        public SessionChanges copy() {
            return new Some(all.copy(), shownClosed);
        }
    }
}
