package io.weir.proxyengine.overload;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** The gauges of what the process itself has. */
public final class ProcessGauges {
    private static final long KIB = 1024;
    private static final int PERCENT = 100;

    private ProcessGauges() {}

    /**
     * Heap, direct memory and, where the system tells of them, open files.
     *
     * @param isShortOfFiles whether a file was wanted lately and none was to be had, whatever the count says
     */
    public static List<Gauge> all(BooleanSupplier isShortOfFiles) {
        List<Gauge> gauges = new ArrayList<>(List.of(new HeapGauge(), new DirectMemoryGauge()));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            gauges.add(new FilesGauge(new OpenFiles(system), system::getMaxFileDescriptorCount, isShortOfFiles));
        }
        return gauges;
    }

    /** Files that the process may have open; as many as there are numbers if the system does not tell. */
    public static long filesMax() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** Such as {@code 93 %}. */
    public static String percent(double part) {
        return (int) (part * PERCENT) + " %";
    }

    /** Such as {@code 256 MiB}. */
    public static String size(long bytes) {
        String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
        double size = bytes;
        int unit = 0;
        while (size >= KIB && unit < units.length - 1) {
            size /= KIB;
            unit++;
        }
        boolean isWhole = size >= PERCENT || size == Math.rint(size);
        return String.format(Locale.ROOT, isWhole ? "%.0f %s" : "%.1f %s", size, units[unit]);
    }
}
