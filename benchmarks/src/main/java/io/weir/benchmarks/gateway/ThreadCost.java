package io.weir.benchmarks.gateway;

import java.lang.management.ManagementFactory;

/** CPU time and allocation of one thread of this process. Any thread. */
final class ThreadCost {
    private final com.sun.management.ThreadMXBean threads =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long id;

    private ThreadCost(long id) {
        this.id = id;
    }

    /** Of the live thread of that name. */
    static ThreadCost of(String name) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(name)) {
                return new ThreadCost(thread.getId());
            }
        }
        throw new IllegalStateException("no thread " + name);
    }

    long cpuNanos() {
        return threads.getThreadCpuTime(id);
    }

    long allocatedBytes() {
        return threads.getThreadAllocatedBytes(id);
    }
}
