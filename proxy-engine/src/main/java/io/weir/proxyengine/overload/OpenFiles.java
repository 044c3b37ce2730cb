package io.weir.proxyengine.overload;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * How many files the process has open. Linux tells it from 6.2 on as the size of a folder, without a file of its own; elsewhere they are counted, which takes
 * time in proportion to them, and so is done the more seldom the longer it takes. One thread.
 */
final class OpenFiles implements LongSupplier {
    private static final Path FOLDER = Path.of("/proc/self/fd");
    private static final int REST = 50; // so many times as long as it took: two percent of a processor at most

    private final UnixOperatingSystemMXBean system;
    private long counted;
    private long countAgainNanos = System.nanoTime();

    OpenFiles(UnixOperatingSystemMXBean system) {
        this.system = system;
    }

    @Override
    public long getAsLong() {
        long told = told();
        return told > 0 ? told : count();
    }

    private static long told() {
        try {
            return Files.size(FOLDER);
        } catch (IOException e) {
            return 0;
        }
    }

    private long count() {
        long begun = System.nanoTime();
        if (begun - countAgainNanos >= 0) {
            counted = system.getOpenFileDescriptorCount();
            long now = System.nanoTime();
            countAgainNanos = now + REST * (now - begun);
        }
        return counted;
    }
}
