package io.weir.proxyengine;

import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipes of one event loop. A flow has one only while bytes are in it, so a few serve many; those who get none copy. Event loop only.
 */
final class PipePool {
    private static final Logger log = LoggerFactory.getLogger(PipePool.class);

    /** Kept for the next flow; the others go back to the kernel. */
    private static final int IDLE_MAX = 16;

    /** When the kernel had none, so often it is not asked again: each refusal costs an exception. */
    private static final int REFUSALS = 1000;

    private final int max;
    private final int largeMax;
    private final ArrayDeque<Pipe> idle = new ArrayDeque<>(IDLE_MAX);
    private int open;
    private int large;
    private int refusals; // still to come without asking the kernel

    /**
     * Makes a pool.
     *
     * @param max pipes at once
     * @param largeMax how many of them to enlarge: Linux grants a user 64 MiB of pipes, and gives small ones only beyond that
     */
    PipePool(int max, int largeMax) {
        this.max = max;
        this.largeMax = largeMax;
    }

    /** An empty pipe; null if there is none to be had. */
    @Nullable Pipe take() {
        Pipe pipe = idle.pollFirst();
        if (pipe == null && open < max) {
            pipe = refusals > 0 ? null : open();
            refusals = Math.max(0, refusals - 1);
        }
        if (pipe != null && large < largeMax && !pipe.isLarge() && PipeCapacity.isKnown()) {
            large++;
            pipe.enlarge();
        }
        return pipe;
    }

    private @Nullable Pipe open() {
        try {
            Pipe pipe = Pipe.open(this);
            open++;
            return pipe;
        } catch (IOException e) { // files or pipe pages of this process are used up
            refusals = REFUSALS;
            log.debug("no pipe to be had pipes={}", open, e);
            return null;
        }
    }

    /** Takes back a pipe; one with bytes in it is of no further use. */
    void give(Pipe pipe) {
        refusals = 0;
        if (pipe.isEmpty() && idle.size() < IDLE_MAX) {
            idle.addFirst(pipe);
        } else {
            close(pipe);
        }
    }

    private void close(Pipe pipe) {
        pipe.close();
        open--;
        if (pipe.isLarge()) {
            large--;
        }
    }

    /** Pipes that hold bytes of some flow. */
    int lentCount() {
        return open - idle.size();
    }

    void close() {
        for (Pipe pipe = idle.pollFirst(); pipe != null; pipe = idle.pollFirst()) {
            close(pipe);
        }
    }
}
