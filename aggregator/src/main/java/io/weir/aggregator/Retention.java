package io.weir.aggregator;

import io.weir.aggregator.journal.PrunePlan;
import io.weir.aggregator.journal.RetentionPolicy;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the oldest files of a running node's journal go, as a policy says. A thread of its own, {@code weir-retention}, which looks once
 * a minute and reads the beginning of a file or two; the files are removed on it, too.
 *
 * <p>That they go is in the journal, sealed and on the disk, before the first of them is removed. So a node that is killed in between
 * leaves a journal that says what is missing, and the next look removes the rest.
 */
final class Retention implements AutoCloseable {
    static final String BY = "retention";

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final long LOOK_SECONDS = 60;
    private static final long ANSWER_SECONDS = 60;

    private final Path folder;
    private final RetentionPolicy policy;
    private final boolean isSealed;
    private final LongSupplier clockMillis;
    private final Function<JournalPruned, CompletableFuture<Long>> journal;
    private final ScheduledExecutorService thread;

    /**
     * Prepares; {@link #start} begins.
     *
     * @param journal has an event journaled, sealed and synced, and then answers its sequence
     */
    Retention(
            Path folder,
            RetentionPolicy policy,
            boolean isSealed,
            LongSupplier clockMillis,
            Function<JournalPruned, CompletableFuture<Long>> journal) {
        this.folder = folder;
        this.policy = policy;
        this.isSealed = isSealed;
        this.clockMillis = clockMillis;
        this.journal = journal;
        this.thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread made = new Thread(work, "weir-retention");
            made.setDaemon(true);
            return made;
        });
    }

    void start() {
        if (policy.letsGo()) {
            thread.scheduleWithFixedDelay(this::lookAndTell, 1, LOOK_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void lookAndTell() {
        try {
            look();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | IOException | ExecutionException | TimeoutException e) { // would end the looks
            LOG.warn("nothing was pruned, the next look is in a minute folder={} cause=\"{}\"", folder, e.toString());
        }
    }

    /** Looks once. Answers whether files went. */
    boolean look() throws IOException, InterruptedException, ExecutionException, TimeoutException {
        Optional<PrunePlan> found = PrunePlan.of(folder, policy, isSealed, clockMillis.getAsLong());
        if (found.isEmpty()) {
            return false;
        }
        PrunePlan plan = found.get();
        JournalPruned event = new JournalPruned(
                plan.firstKept(), plan.sinceMillis(), plan.files().size(), plan.bytes(), BY, policy.describe());
        long sequence = journal.apply(event).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        plan.carryOut(folder);
        LOG.info(
                "journal pruned folder={} files={} bytes={} firstKept={} sequence={}",
                folder,
                plan.files().size(),
                plan.bytes(),
                plan.firstKept(),
                sequence);
        return true;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
