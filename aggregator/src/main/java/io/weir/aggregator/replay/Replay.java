package io.weir.aggregator.replay;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

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
    private static final long STOP_MILLIS = 5_000;

    private final ReplayLoop loop;
    private final Thread thread;

    private Replay(ReplayLoop loop) {
        this.loop = loop;
        this.thread = new Thread(loop, "weir-replay");
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
        Replay replay =
                new Replay(new ReplayLoop(journalFolder, range, options, beside, JournalReader.open(journalFolder)));
        replay.thread.start();
        return replay;
    }

    /** The snapshot that was taken last. */
    public Snapshot latest() {
        return loop.latest();
    }

    /** Asks for a snapshot that is taken after this call; the reader is called on the replay's thread, never if that has ended. */
    public void requestSnapshot(Consumer<Snapshot> snapshots) {
        loop.ask(() -> snapshots.accept(loop.publish()));
    }

    /** The last exchanges up to where the replay is, of those since a checkpoint. Others once it has gone to another time. */
    public RecentExchanges exchanges() {
        return loop.exchanges();
    }

    /** As of a live ledger, with figures of the last snapshot. */
    public LedgerHealth health() {
        return loop.health();
    }

    /** As of the last snapshot. */
    public ReplayState state() {
        return loop.state();
    }

    /** Plays on; from the beginning if all was played. Each of these commands gives the state in which it left the replay. */
    public CompletableFuture<ReplayState> play() {
        return command(loop::play);
    }

    /** Halts: the state is then that as of the time that is shown. */
    public CompletableFuture<ReplayState> pause() {
        return command(loop::pause);
    }

    /** Halts, and shows one more event. */
    public CompletableFuture<ReplayState> step() {
        return command(loop::step);
    }

    /** Plays at another speed. */
    public CompletableFuture<ReplayState> speed(ReplaySpeed wanted) {
        return command(done -> loop.speed(wanted, done));
    }

    /** Goes to the state as of a time, or to the nearest one of the range. It plays on if it did. */
    public CompletableFuture<ReplayState> seekTo(long atMillis) {
        return command(done -> loop.goTo(new ReplayLoop.Target(true, atMillis, done)));
    }

    /** Goes to the state after an event, or to the nearest one of the range. It plays on if it did. */
    public CompletableFuture<ReplayState> seekToSequence(long sequence) {
        return command(done -> loop.goTo(new ReplayLoop.Target(false, sequence, done)));
    }

    private CompletableFuture<ReplayState> command(Consumer<CompletableFuture<ReplayState>> what) {
        CompletableFuture<ReplayState> done = new CompletableFuture<>();
        loop.ask(() -> what.accept(done));
        return done;
    }

    /** Is done when the replay ends for the first time. */
    public CompletableFuture<ReplayState> whenEnded() {
        return loop.whenEnded();
    }

    /** SHA-256 of the state, of which equal ones have equal ones. */
    public CompletableFuture<String> digestNow() {
        CompletableFuture<String> digest = new CompletableFuture<>();
        loop.ask(() -> digest.complete(loop.digest()));
        return digest;
    }

    /** Ends the thread and waits for that a few seconds at most. What was asked and not done is never answered. */
    @Override
    public void close() {
        loop.end();
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
