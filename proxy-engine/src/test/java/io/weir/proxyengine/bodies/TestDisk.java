package io.weir.proxyengine.bodies;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The real disk, made slow, full or broken by the test. Any thread. */
final class TestDisk implements Disk {
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile String fault = "";
    private volatile long freeBytes = Long.MAX_VALUE;

    /** From now on nothing is written, until {@link #goOn}. */
    void hang() {
        gate = new CountDownLatch(1);
    }

    void goOn() {
        gate.countDown();
    }

    /** From now on each write fails; empty for none. */
    void fail(String reason) {
        fault = reason;
    }

    void free(long bytes) {
        freeBytes = bytes;
    }

    @Override
    public FileChannel append(Path file, boolean fresh) throws IOException {
        try {
            if (!gate.await(20, TimeUnit.SECONDS)) {
                throw new IOException("the test forgot the gate");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        if (!fault.isEmpty()) {
            throw new IOException(fault);
        }
        return Disk.REAL.append(file, fresh);
    }

    @Override
    public long freeBytes(Path folder) {
        return freeBytes;
    }
}
