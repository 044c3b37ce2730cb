package io.weir.proxyengine.overload;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/** Memory outside the heap: what Netty has taken or what the JDK has, each of which has the whole limit. */
final class DirectMemoryGauge implements Gauge {
    private final long maxBytes = PlatformDependent.maxDirectMemory();
    private final List<BufferPoolMXBean> pools = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .toList();

    @Override
    public Watched watched() {
        return Watched.DIRECT_MEMORY;
    }

    @Override
    public double read(double limit) {
        long used = PlatformDependent.usedDirectMemory(); // -1 if Netty takes it from the JDK
        for (BufferPoolMXBean pool : pools) {
            used = Math.max(used, pool.getMemoryUsed());
        }
        return (double) used / maxBytes;
    }

    @Override
    public String text(double reading) {
        return "direct memory " + ProcessGauges.percent(reading) + " of " + ProcessGauges.size(maxBytes);
    }
}
