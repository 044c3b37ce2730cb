package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The CPU time of a process, as Linux states it. */
final class ProcessCpu {
    private static final double TICKS_PER_SECOND = 100; // what the kernel tells programs, whatever it uses itself
    private static final int USER_TIME = 11; // counted from the field after the command's name, see proc(5)
    private static final int SYSTEM_TIME = 12;

    private ProcessCpu() {}

    /** User and system time so far, all threads. */
    static double seconds(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", SYSTEM_TIME + 2);
        return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) / TICKS_PER_SECOND;
    }
}
