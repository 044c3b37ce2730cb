package io.weir.proxyengine;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pipe of the kernel through which splice(2) passes bytes from socket to socket, by reference and without a visit to user space. Lent
 * by a {@link PipePool}, to which {@link #release} returns it. Event loop only.
 */
final class Pipe implements Held {
    private static final Logger log = LoggerFactory.getLogger(Pipe.class);

    /** What a large pipe is to hold, at most. */
    private static final int LARGE_BYTES = 1 << 20;

    /** What any other is to hold, at most: it has room for 64 KiB in pages, but a page's place may hold more. Bounds what stalled tunnels keep. */
    private static final int SMALL_BYTES = 256 * 1024;

    private final PipePool pool;
    private final FileDescriptor readEnd;
    private final FileDescriptor writeEnd;
    private int bytes;
    private boolean large;

    private Pipe(PipePool pool, FileDescriptor readEnd, FileDescriptor writeEnd) {
        this.pool = pool;
        this.readEnd = readEnd;
        this.writeEnd = writeEnd;
    }

    static Pipe open(PipePool pool) throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        return new Pipe(pool, ends[0], ends[1]);
    }

    /** Whether {@link #enlarge} was asked for. */
    boolean isLarge() {
        return large;
    }

    /** Asks for room for 1 MiB instead of 64 KiB; if that is not granted the pipe is as good as before. */
    void enlarge() {
        large = true;
        int granted = PipeCapacity.set(writeEnd.intValue(), LARGE_BYTES);
        log.debug("pipe capacity asked={} granted={}", LARGE_BYTES, granted);
    }

    /**
     * Takes bytes from a socket. The pipe must be empty.
     *
     * @param limit the most that it takes
     * @return how many; 0 if there are none now, and also if the socket has ended
     * @throws IOException when the socket is broken
     */
    int fill(RawSocket source, int limit) throws IOException {
        bytes = source.spliceTo(writeEnd, Math.min(limit, large ? LARGE_BYTES : SMALL_BYTES));
        return bytes;
    }

    @Override
    public int drain(RawSocket sink) throws IOException {
        int taken = sink.spliceFrom(readEnd, bytes);
        bytes -= taken;
        return taken;
    }

    @Override
    public boolean isEmpty() {
        return bytes == 0;
    }

    @Override
    public void release() {
        pool.give(this);
    }

    /** Gives it back to the kernel, with what is in it. */
    void close() {
        try {
            readEnd.close();
            writeEnd.close();
        } catch (IOException e) {
            throw new IllegalStateException("a pipe could not be closed", e);
        }
    }
}
