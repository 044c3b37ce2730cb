package io.weir.launcher;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many client connections the process has files for. */
final class FileLimit {
    /** For the journal, the gateway, jars, logs, and connections to origins that are being raced. */
    private static final long RESERVED = 256;

    /** Its own, its origin's, and a quarter for origin connections that idle between two requests. */
    private static final double FILES_PER_CLIENT = 2.25;

    private static final int WITHOUT_LIMIT = 100_000;

    private FileLimit() {}

    static int connections() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        if (!(system instanceof UnixOperatingSystemMXBean unix)) {
            return WITHOUT_LIMIT;
        }
        long files = unix.getMaxFileDescriptorCount();
        long connections = Math.max(8, (long) ((files - Math.min(RESERVED, files / 2)) / FILES_PER_CLIENT));
        return (int) Math.min(1_000_000, connections);
    }
}
