package io.weir.benchmarks.load;

/**
 * What a run took while it was measured. Immutable.
 *
 * @param seconds how long that was
 * @param proxyCpuSeconds of the proxy's process and its children; negative if they were not measured
 * @param driverCpuSeconds of this process: clients, and the origin if it runs here
 * @param machineBusySeconds of all processors
 * @param residentBytesBefore of the proxy, before the first connection
 * @param residentBytes at the end of what was measured
 * @param files open in the proxy then
 */
record Cost(
        double seconds,
        double proxyCpuSeconds,
        double driverCpuSeconds,
        double machineBusySeconds,
        long residentBytesBefore,
        long residentBytes,
        long files) {}
