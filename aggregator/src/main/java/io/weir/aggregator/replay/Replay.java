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
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plays a part of a journal: folds it event by event when the time of each has come, on a thread of its own, {@code weir-replay}. Any
 * thread; nothing here waits but {@link #close}.
 *
 * <p>The thread reads the journal through one reader and waits inside of it, before the event that is next; what is asked of it meanwhile it
 * does there. To go to another time it leaves the reader, folds from the last checkpoint before, and reads on from there. Sequences
 * order the events and time only spaces them: one whose time has passed comes at once, and if the clock of the machine was set back, so
 * is that of the replay.
 *
 * <p>What is damaged is passed over, as by any reader; what can't be read at all ends the replay, and its state says why.
 */
public final class Replay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
    private static final long SET_BACK_MILLIS =
            600_000; // less may be an outage, in which deltas have the time of their end
    private static final long STOP_MILLIS = 5_000;

    /** Leaves the reader, since another place of the journal is to be read. */
    private static final class ElsewhereException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ElsewhereException() {
            super("the replay goes elsewhere", null, false, false);
        }
    }

    /** Where to go: to after an event, or to a time in ms since the epoch. */
    private record Target(boolean isTime, long value, CompletableFuture<ReplayState> done) {}

    private final Path folder;
    private final ReplayRange range;
    private final EventSink beside;
    private final ReplayClock clock;
    private final JournalReader reader;
    private final Thread thread;
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

    private Replay(Path folder, ReplayRange range, ReplayOptions options, EventSink beside, JournalReader reader) {
        this.folder = folder;
        this.range = range;
        this.beside = beside;
        this.reader = reader;
        this.clock = new ReplayClock(System::nanoTime, options.speed(), options.maxPause());
        this.mode = options.isPaused() ? Mode.PAUSED : Mode.PLAYING;
        this.target = beginning(new CompletableFuture<>());
        this.state = stateNow();
        this.health = healthNow();
        this.thread = new Thread(this::run, "weir-replay");
        thread.setDaemon(true);
    }

    /**
     * Begins. What is asked before the state at the beginning is there waits for it.
     *
     * @param range not empty
     * @throws JournalException if there is no journal in the folder, or it may not be read
     */
    public static Replay start(Path journalFolder, ReplayRange range, ReplayOptions options) {
        return start(journalFolder, range, options, Nobody.INSTANCE);
    }

    /**
     * The same, for somebody who wants each event as it is played.
     *
     * @param beside called on the replay's thread after the event was folded, not for what a seek folds; may end the replay with an
     *     {@link EnoughException}
     */
    public static Replay start(Path journalFolder, ReplayRange range, ReplayOptions options, EventSink beside) {
        if (range.isEmpty()) {
            throw new IllegalArgumentException("nothing to replay");
        }
        Replay replay = new Replay(journalFolder, range, options, beside, JournalReader.open(journalFolder));
        replay.thread.start();
        return replay;
    }

    private Target beginning(CompletableFuture<ReplayState> done) {
        return new Target(false, range.first() - 1, done);
    }

    /** The snapshot that was taken last. */
    public Snapshot latest() {
        return latest;
    }

    /** Asks for a snapshot that is taken after this call; the reader is called on the replay's thread, never if that has ended. */
    public void requestSnapshot(Consumer<Snapshot> snapshots) {
        requests.add(() -> snapshots.accept(publish()));
    }

    /** The last exchanges up to where the replay is, of those since a checkpoint. Others once it has gone to another time. */
    public RecentExchanges exchanges() {
        return exchanges;
    }

    /** As of a live ledger, with figures of the last snapshot. */
    public LedgerHealth health() {
        return health;
    }

    /** As of the last snapshot. */
    public ReplayState state() {
        return state;
    }

    /** Plays on; from the beginning if all was played. Each of these commands gives the state in which it left the replay. */
    public CompletableFuture<ReplayState> play() {
        return command(done -> {
            boolean isOver = mode == Mode.ENDED;
            mode(Mode.PLAYING);
            if (isOver) {
                target = beginning(done);
            } else {
                done.complete(publishedState());
            }
        });
    }

    /** Halts: the state is then that as of the time that is shown. */
    public CompletableFuture<ReplayState> pause() {
        return command(done -> {
            if (mode == Mode.PLAYING) {
                mode(Mode.PAUSED);
                pausing = done;
            } else {
                done.complete(publishedState());
            }
        });
    }

    /** Halts, and shows one more event. */
    public CompletableFuture<ReplayState> step() {
        return command(done -> {
            if (mode == Mode.ENDED) {
                done.complete(publishedState());
                return;
            }
            mode(Mode.PAUSED);
            step = done;
        });
    }

    /** Plays at another speed. */
    public CompletableFuture<ReplayState> speed(ReplaySpeed wanted) {
        return command(done -> {
            clock.speed(wanted);
            done.complete(publishedState());
        });
    }

    /** Goes to the state as of a time, or to the nearest one of the range. It plays on if it did. */
    public CompletableFuture<ReplayState> seekTo(long atMillis) {
        return command(done -> target = new Target(true, atMillis, done));
    }

    /** Goes to the state after an event, or to the nearest one of the range. It plays on if it did. */
    public CompletableFuture<ReplayState> seekToSequence(long sequence) {
        return command(done -> target = new Target(false, sequence, done));
    }

    private CompletableFuture<ReplayState> command(Consumer<CompletableFuture<ReplayState>> what) {
        CompletableFuture<ReplayState> done = new CompletableFuture<>();
        requests.add(() -> what.accept(done));
        return done;
    }

    /** Is done when the replay ends for the first time. */
    public CompletableFuture<ReplayState> whenEnded() {
        return firstEnd;
    }

    /** SHA-256 of the state, of which equal ones have equal ones. */
    public CompletableFuture<String> digestNow() {
        CompletableFuture<String> digest = new CompletableFuture<>();
        requests.add(() -> digest.complete(fold.digest()));
        return digest;
    }

    /** Ends the thread and waits for that a few seconds at most. What was asked and not done is never answered. */
    @Override
    public void close() {
        isClosed = true;
        requests.add(() -> {});
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
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
            end(reader.read(new Gate(), ReadProgress.NONE));
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

    private Snapshot publish() {
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

    /** Lets each event through when its time has come. */
    private final class Gate implements EventSink {
        private final FoldThenShow shown = new FoldThenShow(fold, exchanges);

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (awaitTurn(sequence, atMillis)) {
                shown.event(sequence, atMillis, event);
                endStep();
                beside.event(sequence, atMillis, event);
            }
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            if (awaitTurn(sequence, atMillis)) {
                shown.transferred(sequence, atMillis, sessionId, delta);
                endStep();
                beside.transferred(sequence, atMillis, sessionId, delta);
            }
        }

        /** Whether the event is to be folded: not if it is in the state already, since reading began within its record. */
        private boolean awaitTurn(long sequence, long atMillis) {
            if (sequence <= fold.sequence()) {
                return false;
            }
            if (sequence > range.last()) {
                throw new EnoughException();
            }
            if (atMillis < clock.atMillis() - SET_BACK_MILLIS) {
                clock.set(atMillis);
            }
            nextAtMillis = atMillis;
            missing += fold.sequence() > 0 ? sequence - fold.sequence() - 1 : 0;
            while (true) {
                Runnable request = requests.poll();
                if (request == null) {
                    long wait = nanosUntil(atMillis);
                    if (wait <= 0) {
                        reached(atMillis);
                        return true;
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

        private void endStep() {
            CompletableFuture<ReplayState> done = step;
            if (done != null) {
                step = null;
                done.complete(publishedState());
            }
        }
    }

    private enum Nobody implements EventSink {
        INSTANCE;

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {}

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}
    }
}
