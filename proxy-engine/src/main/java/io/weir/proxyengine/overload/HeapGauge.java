package io.weir.proxyengine.overload;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;

/**
 * What lives in the heap. Garbage is no shortage, so only what a collection left counts: for each pool what the last collection of that pool left, but no more
 * than the last collection of all left in the heap.
 *
 * <p>That figure is as old as the collection, and an old one does harm. While no session begins, hardly anything is allocated, and no collection would ever show
 * that there is room again. And when even after a collection of the young the heap is nearly full, it may be full of what is dead or of what lives: one that
 * only looks full shall not turn anybody away, one that is full shall in time. So the heap is collected by us then: twice a second while nobody is
 * let in, else each five seconds while a step is due, but at most a fifth and a twentieth of the time.
 */
final class HeapGauge implements Gauge {
    /** That thousands of sessions can end at once, which takes memory first: in a large heap the percentage is more. */
    private static final long KEPT_BYTES = 8 << 20;

    private static final long SOON_NANOS = 500_000_000;
    private static final long LATER_NANOS = 5_000_000_000L;
    private static final int SOON_REST = 4; // so many times as long as it took
    private static final int LATER_REST = 19;
    private static final double NEAR = 0.05; // until a session may begin again
    private static final double FAR = 0.25; // until no step is due any more

    private final long maxBytes = Math.max(1, Runtime.getRuntime().maxMemory() - KEPT_BYTES);
    private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    private final List<GarbageCollectorMXBean> collectors =
            ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class);
    private long collectedAtNanos = System.nanoTime() - LATER_NANOS;
    private long tookNanos;
    private boolean isFull;

    @Override
    public Watched watched() {
        return Watched.HEAP;
    }

    @Override
    public double read(double limit) {
        double living = living();
        isFull = living >= limit || (isFull && living >= limit - NEAR);
        boolean isStepDue = living >= limit - FAR || left() >= limit - NEAR;
        if ((isFull && isDue(SOON_NANOS, SOON_REST)) || (isStepDue && isDue(LATER_NANOS, LATER_REST))) {
            collect();
            living = living();
        }
        return living;
    }

    private double living() {
        long bytes = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage afterItsCollection = pool.getCollectionUsage();
            bytes += afterItsCollection == null ? 0 : afterItsCollection.getUsed();
        }
        return Math.min((double) bytes / maxBytes, left());
    }

    /** What the last collection of any kind left in the whole heap, what is dead in parts that it did not look at included; 0 before the first. */
    private double left() {
        GcInfo last = null;
        for (GarbageCollectorMXBean collector : collectors) {
            GcInfo its = collector.getLastGcInfo();
            last = its != null && (last == null || its.getEndTime() >= last.getEndTime()) ? its : last;
        }
        if (last == null) {
            return 0;
        }
        long bytes = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage after = last.getMemoryUsageAfterGc().get(pool.getName());
            bytes += after == null ? 0 : after.getUsed();
        }
        return (double) bytes / maxBytes;
    }

    private boolean isDue(long againNanos, int rest) {
        return System.nanoTime() - collectedAtNanos >= Math.max(againNanos, rest * tookNanos);
    }

    private void collect() {
        long begun = System.nanoTime();
        System.gc();
        collectedAtNanos = System.nanoTime();
        tookNanos = collectedAtNanos - begun;
    }

    @Override
    public String text(double reading) {
        return "heap " + ProcessGauges.percent(reading) + " of " + ProcessGauges.size(maxBytes);
    }
}
