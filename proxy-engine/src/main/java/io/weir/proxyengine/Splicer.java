package io.weir.proxyengine;

import java.io.IOException;

/**
 * Moves bytes by splice(2): they pass from socket to socket through a {@link Pipe}, never through user space. Counts what the kernel says it
 * moved, on each side. Copies when there is no pipe to be had, or nothing to splice. Event loop only.
 */
final class Splicer implements Mover {
    /** Below it, two system calls for a splice and two for its end cost more than the copy they save. */
    private static final int SMALL_BYTES = 16 * 1024;

    private static final int SMALL_MOVES_MAX = 8;

    /** After so much it is worth a look whether more has come. */
    private static final int LARGE_BYTES = 128 * 1024;

    private final PipePool pipes;
    private final Copier copier;
    private long splicedBytes;

    Splicer(PipePool pipes, Copier copier) {
        this.pipes = pipes;
        this.copier = copier;
    }

    /** Bytes that went into pipes so far. */
    long splicedBytes() {
        return splicedBytes;
    }

    PipePool pipes() {
        return pipes;
    }

    @Override
    public Outcome move(Flow flow) {
        Pipe pipe = pipes.take();
        if (pipe == null) {
            flow.copyFromNowOn();
            return copier.move(flow);
        }
        int bytes;
        try {
            bytes = pipe.fill(flow.source(), flow.limitBytes());
        } catch (IOException e) {
            pipe.release();
            return Outcome.SOURCE_BROKEN;
        }
        if (bytes == 0) {
            pipe.release();
            return copier.move(flow); // nothing there, or the end: a read tells which
        }
        splicedBytes += bytes;
        flow.countRead(bytes);
        if (flow.sawSpliced(bytes < SMALL_BYTES) > SMALL_MOVES_MAX) {
            flow.copyFromNowOn();
        }
        try {
            flow.countWritten(pipe.drain(flow.sink()));
        } catch (IOException e) {
            pipe.release();
            return Outcome.SINK_BROKEN;
        }
        if (!pipe.isEmpty()) {
            flow.hold(pipe);
            return Outcome.DONE;
        }
        pipe.release();
        return bytes >= LARGE_BYTES ? Outcome.MORE : Outcome.DONE;
    }
}
