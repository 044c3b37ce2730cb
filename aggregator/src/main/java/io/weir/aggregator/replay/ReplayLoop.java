package io.weir.aggregator.replay;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.FoldThenShow;
import io.weir.aggregator.JournalState;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.HistoryException;
import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.history.PastState;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.replay.ReplayState.Mode;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of a {@link Replay}, and the state that is its thread's alone. What other threads may call says so; they have the rest done by
 * {@link #ask}.
 */
final class ReplayLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);

    /** Leaves the reader, since another place of the journal is to be read. */
    static final class ElsewhereException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ElsewhereException() {
            super("the replay goes elsewhere", null, false, false);
        }
    }

    /** Where to go: to after an event, or to a time in ms since the epoch. */
    record Target(boolean isTime, long value, CompletableFuture<ReplayState> done) {}

    private final Path folder;
    private final ReplayRange range;
    private final EventSink beside;
    private final ReplayClock clock;
    private final JournalReader reader;
    private final String nodeId = "replay-" + UUID.randomUUID().toString().substring(0, 8);
    private final LinkedBlockingQueue<Runnable> requests = new LinkedBlockingQueue<>();
    private final CompletableFuture<ReplayState> firstEnd = new CompletableFuture<>();

    private LedgerFold fold = new LedgerFold(); // these belong to the thread
    private @Nullable Target target;
    private @Nullable CompletableFuture<ReplayState> step;
    private @Nullable CompletableFuture<ReplayState> pausing; // until what is due by now is there, too
    private long nextAtMillis = Long.MAX_VALUE;
    private Mode mode;
    private long generation;
    private long missing;
    private String trouble = "";

    private volatile boolean isClosed;
    private volatile RecentExchanges exchanges = new RecentExchanges();
    private volatile Snapshot latest = fold.snapshot(0, 0);
    private volatile ReplayState state;
    private volatile LedgerHealth health;

    ReplayLoop(Path folder, ReplayRange range, ReplayOptions options, EventSink beside, JournalReader reader) {
        this.folder = folder;
        this.range = range;
        this.beside = beside;
        this.reader = reader;
        this.clock = new ReplayClock(System::nanoTime, options.speed(), options.maxPause());
        this.mode = options.isPaused() ? Mode.PAUSED : Mode.PLAYING;
        this.target = beginning(new CompletableFuture<>());
        this.state = stateNow();
        this.health = healthNow();
    }

    private Target beginning(CompletableFuture<ReplayState> done) {
        return new Target(false, range.first() - 1, done);
    }

    /** Any thread. Does something on the loop's as soon as it waits for something. */
    void ask(Runnable request) {
        requests.add(request);
    }

    /** Any thread. Ends the loop. */
    void end() {
        isClosed = true;
        requests.add(() -> {});
    }

    /** Any thread. */
    Snapshot latest() {
        return latest;
    }

    /** Any thread. */
    RecentExchanges exchanges() {
        return exchanges;
    }

    /** Any thread. */
    LedgerHealth health() {
        return health;
    }

    /** Any thread. */
    ReplayState state() {
        return state;
    }

    /** Any thread. */
    CompletableFuture<ReplayState> whenEnded() {
        return firstEnd;
    }

    void play(CompletableFuture<ReplayState> done) {
        boolean isOver = mode == Mode.ENDED;
        mode(Mode.PLAYING);
        if (isOver) {
            target = beginning(done);
        } else {
            done.complete(publishedState());
        }
    }

    void pause(CompletableFuture<ReplayState> done) {
        if (mode == Mode.PLAYING) {
            mode(Mode.PAUSED);
            pausing = done;
        } else {
            done.complete(publishedState());
        }
    }

    void step(CompletableFuture<ReplayState> done) {
        if (mode == Mode.ENDED) {
            done.complete(publishedState());
            return;
        }
        mode(Mode.PAUSED);
        step = done;
    }

    void speed(ReplaySpeed wanted, CompletableFuture<ReplayState> done) {
        clock.speed(wanted);
        done.complete(publishedState());
    }

    void goTo(Target wanted) {
        target = wanted;
    }

    String digest() {
        return fold.digest();
    }

    @Override
    public void run() {
        try (reader) {
            while (!isClosed) {
                playOn();
                rest();
            }
        } catch (InterruptedException e) {
            LOG.warn("the replay was interrupted, and ends");
        } catch (RuntimeException e) {
            LOG.error("the replay failed, and ends", e);
        }
    }

    /** Plays until nothing is left, or it is to go on elsewhere. */
    private void playOn() {
        try {
            goToTarget();
            end(reader.read(new ReplayGate(this, beside), ReadProgress.NONE));
        } catch (EnoughException enough) {
            ended("");
        } catch (ElsewhereException elsewhere) {
            // goes on with what was asked
        } catch (JournalException | HistoryException e) {
            ended(String.valueOf(e.getMessage()));
        }
    }

    private void end(ReadOutcome outcome) {
        List<JournalFault> faults = outcome.faults();
        if (!faults.isEmpty()) {
            LOG.warn("the journal is damaged: faults={} first=\"{}\"", outcome.faultCount(), faults.get(0));
        }
        boolean isCutShort = outcome.isStopped() && !faults.isEmpty();
        ended(isCutShort ? faults.get(faults.size() - 1).toString() : "");
    }

    private void ended(String why) {
        if (!why.isEmpty()) {
            LOG.warn("the replay can't go on: {}", why);
        }
        trouble = why;
        nextAtMillis = Long.MAX_VALUE;
        mode(Mode.ENDED);
        ReplayState reached = publishedState();
        firstEnd.complete(reached);
        CompletableFuture<ReplayState> waiting = step;
        step = null;
        if (waiting != null) {
            waiting.complete(reached);
        }
        Target missed = target;
        target = null;
        if (missed != null) {
            missed.done().complete(reached);
        }
    }

    /** At the end: does what is asked until that is to go elsewhere. */
    private void rest() throws InterruptedException {
        while (mode == Mode.ENDED && target == null && !isClosed) {
            requests.take().run();
        }
    }

    private void goToTarget() {
        Target wanted = target;
        if (wanted == null) {
            return;
        }
        JournalLocator locator =
                new JournalLocator(folder, JournalFolder.files(folder), reader, (position, bytes) -> requireOpen());
        long asked = wanted.isTime() ? locator.sequenceAt(wanted.value()) : wanted.value();
        long sequence = range.nearest(asked);
        PastState past = PastState.after(sequence, reader, locator, (position, bytes) -> requireOpen());
        reader.startAt(reader.position()); // not where the end of the reading before left it
        fold = past.fold();
        exchanges = past.exchanges();
        generation++;
        missing = fold.sequence() > 0 ? past.missing() : 0; // not what a journal without its beginning has no more
        trouble = "";
        nextAtMillis = Long.MAX_VALUE;
        clock.set(timeOf(wanted, asked == sequence));
        mode(mode == Mode.ENDED ? Mode.PAUSED : mode);
        target = null;
        wanted.done().complete(publishedState());
    }

    private long timeOf(Target wanted, boolean isReached) {
        long least = fold.sequence() < range.first() ? range.fromMillis() : fold.atMillis();
        boolean isBetweenEvents = wanted.isTime() && isReached;
        return isBetweenEvents ? Math.max(least, Math.min(wanted.value(), range.toMillis())) : least;
    }

    private void requireOpen() {
        if (isClosed) {
            throw new EnoughException();
        }
    }

    private void mode(Mode wanted) {
        mode = wanted;
        clock.run(wanted == Mode.PLAYING);
        paused();
    }

    /** Nothing is due any more. */
    private void paused() {
        CompletableFuture<ReplayState> done = pausing;
        pausing = null;
        if (done != null) {
            done.complete(publishedState());
        }
    }

    /** What is due and not folded yet has not been reached. */
    private long shownMillis() {
        return Math.min(clock.atMillis(), Math.max(nextAtMillis, fold.atMillis()));
    }

    Snapshot publish() {
        Snapshot snapshot = fold.snapshot(shownMillis(), generation);
        health = healthNow();
        state = stateNow();
        latest = snapshot;
        return snapshot;
    }

    private ReplayState publishedState() {
        publish();
        return state;
    }

    private ReplayState stateNow() {
        return new ReplayState(
                mode, shownMillis(), fold.sequence(), generation, range, clock.speed(), missing, trouble);
    }

    private LedgerHealth healthNow() {
        return new LedgerHealth(
                fold.sequence(),
                fold.sequence(),
                JournalState.OK,
                "",
                fold.violations(),
                0,
                1,
                0,
                0,
                folder,
                nodeId,
                0,
                0,
                0,
                0,
                0,
                0,
                Long.MAX_VALUE);
    }

    LedgerFold fold() {
        return fold;
    }

    ReplayRange range() {
        return range;
    }

    ReplayClock clock() {
        return clock;
    }

    FoldThenShow shown() {
        return new FoldThenShow(fold, exchanges);
    }

    /** Waits until an event's time has come, and does meanwhile what is asked. */
    void awaitTurn(long sequence, long atMillis) {
        nextAtMillis = atMillis;
        missing += fold.sequence() > 0 ? sequence - fold.sequence() - 1 : 0;
        while (true) {
            Runnable request = requests.poll();
            if (request == null) {
                long wait = nanosUntil(atMillis);
                if (wait <= 0) {
                    reached(atMillis);
                    return;
                }
                request = await(wait);
            }
            if (request != null) {
                request.run();
            }
            requireOpen();
            if (target != null) {
                throw new ElsewhereException();
            }
        }
    }

    private long nanosUntil(long atMillis) {
        if (step != null) {
            return 0;
        }
        if (mode == Mode.PLAYING) {
            return clock.nanosUntil(atMillis);
        }
        if (pausing != null && atMillis <= clock.atMillis()) {
            return 0;
        }
        paused();
        return Long.MAX_VALUE;
    }

    private @Nullable Runnable await(long nanos) {
        try {
            return requests.poll(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EnoughException();
        }
    }

    private void reached(long atMillis) {
        boolean isAhead = step != null || clock.speed().isMax();
        if (isAhead && atMillis > clock.atMillis()) {
            clock.set(atMillis);
        }
    }

    /** An event was folded: if it was the one that a step waited for, it is over. */
    void endStep() {
        CompletableFuture<ReplayState> done = step;
        if (done != null) {
            step = null;
            done.complete(publishedState());
        }
    }
}
