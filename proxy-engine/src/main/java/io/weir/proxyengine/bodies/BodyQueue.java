package io.weir.proxyengine.bodies;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to the store's thread, within a budget of memory. Any thread; nobody waits but that thread for work.
 *
 * <p>Closed, it takes no more bytes. Dead, nobody is going to work on it: whoever puts something then gives up all there is, so that
 * each buffer is released and each body told of, however late.
 */
final class BodyQueue {
    static final String CLOSED = "the store is closed";

    private final long bytesMax;
    private final AtomicLong reservedBytes = new AtomicLong();
    private final LinkedTransferQueue<BodyJob> jobs = new LinkedTransferQueue<>();
    private volatile boolean closed;
    private volatile boolean dead;

    BodyQueue(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** An empty buffer of {@code bytes}; null if the budget is used up. */
    @Nullable ByteBuf reserve(int bytes) {
        if (reservedBytes.addAndGet(bytes) > bytesMax) {
            reservedBytes.addAndGet(-bytes);
            return null;
        }
        return ByteBufAllocator.DEFAULT.heapBuffer(bytes, bytes); // direct memory is what the sockets need
    }

    /** Ends what {@link #reserve} began. */
    void release(ByteBuf buffer) {
        int bytes = buffer.capacity();
        buffer.release();
        reservedBytes.addAndGet(-bytes);
    }

    /** Whether bodies had better not hold pieces until they are full. */
    boolean isCrowded() {
        return reservedBytes.get() > bytesMax / 2;
    }

    long reservedBytes() {
        return reservedBytes.get();
    }

    void put(BodyJob job) {
        jobs.add(job);
        if (dead) {
            giveUpAll();
        }
    }

    /** The next job; null if there is none for so long. The store's thread only. */
    @Nullable BodyJob poll(long millis) throws InterruptedException {
        return jobs.poll(millis, TimeUnit.MILLISECONDS);
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
        put(new BodyJob.Stop());
    }

    boolean isDead() {
        return dead;
    }

    /** Gives up all that is queued, and all that ever will be. */
    void die() {
        closed = true;
        dead = true; // before the sweep: what is put after it is given up by whoever puts it
        giveUpAll();
    }

    private void giveUpAll() {
        for (BodyJob job = jobs.poll(); job != null; job = jobs.poll()) {
            if (job instanceof BodyJob.Piece piece) {
                release(piece.bytes());
            } else if (job instanceof BodyJob.End end) {
                end.body().delivery().onLoop(new StoredBody("", end.bytes(), CLOSED));
            }
        }
    }
}
