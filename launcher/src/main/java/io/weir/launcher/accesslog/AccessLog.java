package io.weir.launcher.accesslog;

import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the access log of a running node from its journal, on a thread of its own, {@code weir-access-log}. It takes nothing from those
 * who carry traffic, and loses nothing: what can't be written now is written later.
 *
 * <p>It goes on behind its mark, so a restart neither repeats a line nor leaves one out. A log without a mark begins with the events of
 * this start.
 */
public final class AccessLog implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
    private static final long LOOK_MILLIS = 200;
    private static final long RETRY_MILLIS = 1000;
    private static final long MARK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long STOP_SECONDS = 10;
    private static final int WAITING_MAX = 4096;

    private final AccessLogConfig config;
    private final Path journal;
    private final Supplier<LedgerHealth> health;
    private final MarkedFile file;
    private final PendingLines pending = new PendingLines();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "weir-access-log");
    private boolean isFailing;
    private boolean isMarkDue;
    private long markedAtNanos = System.nanoTime();

    private AccessLog(AccessLogConfig config, Path journal, Supplier<LedgerHealth> health, MarkedFile file) {
        this.config = config;
        this.journal = journal;
        this.health = health;
        this.file = file;
    }

    /**
     * Begins to write.
     *
     * @param journal the folder of the node's journal
     * @param health the ledger's; asked a few times a second
     * @throws IOException if the log's file, or its mark, can't be read or written
     */
    public static AccessLog start(AccessLogConfig config, Path journal, Supplier<LedgerHealth> health)
            throws IOException {
        LedgerHealth now = health.get();
        List<String> files = JournalFolder.files(journal);
        MarkedFile file = MarkedFile.open(config, now.nodeId(), now.recoveredSequence(), files.get(files.size() - 1));
        file.mark(file.sequence(), file.journalFile());
        var access = new AccessLog(config, journal, health, file);
        access.thread.setDaemon(true);
        access.thread.start();
        return access;
    }

    private void run() {
        try (file;
                var source = new LineSource(
                        journal,
                        file.sequence(),
                        file.journalFile(),
                        config.openEvery().toMillis(),
                        this::take)) {
            do {
                step(source, false);
            } while (!closing.await(isFailing ? RETRY_MILLIS : LOOK_MILLIS, TimeUnit.MILLISECONDS));
            isMarkDue = true;
            step(source, true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (EnoughException e) {
            log.warn("access log: is not up to date, the next start goes on file={}", config.file());
        } catch (IOException | RuntimeException e) {
            log.error("access log: ended, the next start goes on behind the mark file={}", config.file(), e);
        }
    }

    /** Reads when all that was read is written, so that little waits. */
    private void step(LineSource source, boolean isLast) {
        if (isLast || (pending.size() == 0 && source.sequence() < health.get().sequence())) {
            source.read();
        }
        try {
            long synced = health.get().syncedSequence();
            isMarkDue |= pending.write(file, synced);
            if (isMarkDue && (isLast || pending.size() == 0)) {
                boolean isAll = pending.size() == 0 && synced >= source.sequence();
                mark(isAll ? source.sequence() : file.sequence(), isAll ? source.file() : file.journalFile());
            }
            works();
        } catch (IOException e) {
            fails(e);
        }
    }

    private void take(AccessLine line) {
        pending.add(line.sequence(), config.format().bytes(line));
        if (pending.size() > WAITING_MAX) {
            makeRoom(line.sequence() - 1);
        }
    }

    /** In the middle of reading: waits for the disk, and until what was read is synced. Nobody waits for us. */
    private void makeRoom(long wholeUpTo) {
        try {
            while (true) {
                try {
                    isMarkDue |=
                            pending.write(file, Math.min(wholeUpTo, health.get().syncedSequence()));
                    if (isMarkDue && System.nanoTime() - markedAtNanos > MARK_NANOS) {
                        mark(file.sequence(), file.journalFile());
                    }
                    works();
                } catch (IOException e) {
                    fails(e);
                }
                if (pending.size() <= WAITING_MAX) {
                    return;
                }
                if (closing.await(isFailing ? RETRY_MILLIS : LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw new EnoughException();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EnoughException();
        }
    }

    private void mark(long upTo, String journalFile) throws IOException {
        file.mark(upTo, journalFile);
        markedAtNanos = System.nanoTime();
        isMarkDue = false;
    }

    private void fails(IOException e) {
        if (!isFailing) {
            isFailing = true;
            log.error("access log: can't be written, it waits file={} reason=\"{}\"", config.file(), e.toString());
        }
    }

    private void works() {
        if (isFailing) {
            isFailing = false;
            log.info("access log: is written again, no line is missing file={}", config.file());
        }
    }

    /** Writes what the journal has, for ten seconds at most, and ends. The ledger must be closed before. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
            if (thread.isAlive()) {
                log.warn("access log: is not up to date, the next start goes on file={}", config.file());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
