package io.weir.launcher;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many client connections the process has files for. */
final class FileLimit {
    /** For the journal, the gateway, jars, logs, and connections to origins that are being raced. */
    private static final long RESERVED = 256;

    /** One file in so many is for origin connections that idle between two requests. */
    private static final long IDLE_ORIGINS = 20;

    /** For 64 clients: their sockets, their origins' and a pipe's two ends. */
    private static final long FILES_PER_64_CLIENTS = 64 * 2 + 2;

    private static final int WITHOUT_LIMIT = 100_000;

    private FileLimit() {}

    static int connections() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        if (!(system instanceof UnixOperatingSystemMXBean unix)) {
            return WITHOUT_LIMIT;
        }
        long files = unix.getMaxFileDescriptorCount();
        long forClients = files - Math.min(RESERVED, files / 2) - files / IDLE_ORIGINS;
        return (int) Math.max(8, Math.min(1_000_000, forClients * 64 / FILES_PER_64_CLIENTS));
    }
}
