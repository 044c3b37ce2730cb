package io.weir.proxyengine.bodies;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does all that touches the disk: writes pieces, puts whole bodies in their place, deletes old ones. The store's thread, for its life.
 *
 * <p>A fault costs the body that meets it, and is logged once a minute at most; the next body is tried again.
 */
final class BodyWriter implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(BodyWriter.class);
    private static final long MINUTE_MILLIS = 60_000;

    private final BodyStoreConfig config;
    private final BodyFolder folder;
    private final BodyQueue queue;
    private final Disk disk;
    private final InstantSource clock;
    private final Retention retention;
    private final FreeSpace free;
    private final String prefix =
            Long.toHexString(System.nanoTime()) + '-'; // another store's thread may still hang here
    private final Set<UnfinishedBody> underWay = new HashSet<>();
    private long underWayBytes;
    private long fileCount;
    private long tidiedAtMillis;
    private long loggedAtMillis;
    private long unloggedCount;

    BodyWriter(BodyStoreConfig config, BodyFolder folder, BodyQueue queue, Disk disk, InstantSource clock) {
        this.config = config;
        this.folder = folder;
        this.queue = queue;
        this.disk = disk;
        this.clock = clock;
        retention = new Retention(folder, config.maxAge().toMillis(), config.folderBytesMax());
        free = new FreeSpace(disk, folder.path(), clock);
        loggedAtMillis = clock.millis() - MINUTE_MILLIS;
    }

    /** Lists what is there and deletes what must go; the opening thread, before this one starts. */
    void takeStock() throws IOException {
        folder.visit(retention::add);
        retention.enforce(clock.millis());
        tidiedAtMillis = clock.millis();
    }

    @Override
    public void run() {
        try {
            BodyJob job = queue.poll(MINUTE_MILLIS);
            while (!(job instanceof BodyJob.Stop)) {
                if (job != null) {
                    work(job);
                }
                tidy();
                if (queue.isDead()) {
                    return;
                }
                job = queue.poll(MINUTE_MILLIS);
            }
        } catch (InterruptedException e) {
            log.warn("the store of bodies was interrupted and stops");
        } finally {
            queue.die();
            underWay.forEach(this::discard);
        }
    }

    private void work(BodyJob job) {
        if (job instanceof BodyJob.Piece piece) {
            append(piece);
        } else if (job instanceof BodyJob.End end) {
            end(end);
        } else if (job instanceof BodyJob.Abandon abandon) {
            forget(abandon.body());
        }
    }

    private void append(BodyJob.Piece piece) {
        UnfinishedBody body = piece.body();
        try {
            if (body.failure().isEmpty()) {
                append(body, piece.bytes().nioBuffer());
            }
        } catch (IOException | RuntimeException e) {
            fail(body, e);
        } finally {
            queue.release(piece.bytes());
        }
    }

    private void append(UnfinishedBody body, ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (!free.has(length)) {
            fail(body, "less than 256 MiB are free");
            return;
        }
        if (underWayBytes + length > config.folderBytesMax()) {
            fail(body, "too much is under way");
            return;
        }
        if (!body.isBegun()) {
            body.begin(folder.temporary(prefix + fileCount++));
            underWay.add(body);
        }
        long before = body.bytes();
        try {
            body.append(disk, bytes);
        } finally {
            underWayBytes += body.bytes() - before;
        }
    }

    private void end(BodyJob.End end) {
        UnfinishedBody body = end.body();
        StoredBody stored = null;
        if (body.failure().isEmpty()) {
            try {
                stored = body.keep(folder, retention, clock.millis());
            } catch (IOException | RuntimeException e) {
                fail(body, e);
            }
        }
        forget(body);
        body.delivery().onLoop(stored != null ? stored : new StoredBody("", end.bytes(), body.failure()));
    }

    private void fail(UnfinishedBody body, Exception e) {
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        fail(body, "not written: " + (reason == null ? e.getClass().getSimpleName() : reason));
        try {
            folder.restore(); // perhaps somebody deleted it
        } catch (IOException again) {
            log.debug("the folder of bodies cannot be made", again);
        }
    }

    private void fail(UnfinishedBody body, String why) {
        body.fail(why);
        forget(body);
        complain(why);
    }

    private void forget(UnfinishedBody body) {
        if (underWay.remove(body)) {
            underWayBytes -= body.bytes();
            discard(body);
        }
    }

    private void discard(UnfinishedBody body) {
        try {
            body.discard();
        } catch (IOException e) {
            complain("an unfinished file cannot be deleted: " + e);
        }
    }

    /** Deletes what must go: for want of room at once, for its age about once a minute. */
    private void tidy() {
        long now = clock.millis();
        if (retention.bytes() <= config.folderBytesMax() && now - tidiedAtMillis < MINUTE_MILLIS) {
            return;
        }
        tidiedAtMillis = now;
        try {
            retention.enforce(now);
        } catch (IOException | RuntimeException e) {
            complain("old bodies cannot be deleted: " + e);
        }
    }

    private void complain(String what) {
        unloggedCount++;
        long now = clock.millis();
        if (now - loggedAtMillis >= MINUTE_MILLIS) {
            log.warn("bodies are not stored folder={} times={} last: {}", folder.path(), unloggedCount, what);
            loggedAtMillis = now;
            unloggedCount = 0;
        }
    }
}
