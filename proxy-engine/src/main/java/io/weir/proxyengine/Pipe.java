package io.weir.proxyengine;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/**
 * A pipe of the kernel through which splice(2) passes bytes from socket to socket, by reference and without a visit to user space. Lent
 * by a {@link PipePool}, to which {@link #release} returns it. Event loop only.
 */
final class Pipe implements Held {
    /** More than any pipe holds: the pipe is the limit. */
    private static final int SPLICE_MAX_BYTES = 1 << 20;

    private final PipePool pool;
    private final FileDescriptor readEnd;
    private final FileDescriptor writeEnd;
    private int bytes;

    private Pipe(PipePool pool, FileDescriptor readEnd, FileDescriptor writeEnd) {
        this.pool = pool;
        this.readEnd = readEnd;
        this.writeEnd = writeEnd;
    }

    static Pipe open(PipePool pool) throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        return new Pipe(pool, ends[0], ends[1]);
    }

    /**
     * Takes bytes from a socket. The pipe must be empty.
     *
     * @return how many; 0 if there are none now, and also if the socket has ended
     * @throws IOException when the socket is broken
     */
    int fill(RawSocket source) throws IOException {
        bytes = source.spliceTo(writeEnd, SPLICE_MAX_BYTES);
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
