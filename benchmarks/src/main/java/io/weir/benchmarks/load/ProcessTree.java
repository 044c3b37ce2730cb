package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/** A process and its children, as Linux states them in /proc. Immutable; each question reads anew. */
final class ProcessTree {
    private static final double TICKS_PER_SECOND = 100; // what the kernel tells programs, whatever it uses itself
    private static final int USER_TIME = 11; // counted from the field after the command's name, see proc(5)
    private static final int SYSTEM_TIME = 12;
    private static final long PAGE_BYTES = 4096;

    private final long root;

    ProcessTree(long root) {
        this.root = root;
    }

    private List<Long> members() {
        return ProcessHandle.of(root)
                .map(handle -> LongStream.concat(
                                LongStream.of(root), handle.descendants().mapToLong(ProcessHandle::pid))
                        .boxed()
                        .toList())
                .orElse(List.of());
    }

    /** User and system time so far, all threads. */
    double cpuSeconds() {
        long ticks = 0;
        for (long pid : members()) {
            String stat = text(pid, "stat");
            if (!stat.isEmpty()) {
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", SYSTEM_TIME + 2);
                ticks += Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
            }
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** Resident memory in bytes; pages that processes share count for each. */
    long residentBytes() {
        long pages = 0;
        for (long pid : members()) {
            String statm = text(pid, "statm");
            if (!statm.isEmpty()) {
                pages += Long.parseLong(statm.split(" ", 3)[1]);
            }
        }
        return pages * PAGE_BYTES;
    }

    /** Open files. */
    long files() {
        return countFiles("");
    }

    /** Open ends of pipes. */
    long pipes() {
        return countFiles("pipe:");
    }

    private long countFiles(String prefix) {
        long count = 0;
        for (long pid : members()) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc", String.valueOf(pid), "fd"))) {
                for (Path file : files) {
                    if (prefix.isEmpty() || targetOf(file).startsWith(prefix)) {
                        count++;
                    }
                }
            } catch (IOException e) {
                // ended meanwhile
            }
        }
        return count;
    }

    private static String targetOf(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    private static String text(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(pid), file));
        } catch (IOException e) {
            return ""; // ended meanwhile
        }
    }

    /** The time that all processors of the machine have been busy so far, in seconds. */
    static double machineBusySeconds() {
        try {
            String[] fields = Files.readString(Path.of("/proc/stat"))
                    .lines()
                    .findFirst()
                    .orElse("")
                    .split(" +", 10);
            long ticks = 0;
            for (int i = 1; i <= 8; i++) {
                ticks += i == 4 || i == 5 ? 0 : Long.parseLong(fields[i]); // idle, waiting for a disk
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException e) {
            return 0;
        }
    }
}
