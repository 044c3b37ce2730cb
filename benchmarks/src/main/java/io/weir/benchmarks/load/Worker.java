package io.weir.benchmarks.load;

/** One client. It does one operation at a time when its {@link Crew} says so. Event loop's thread. */
interface Worker {
    /** Gets ready, and then calls {@link Crew#ready}; it is called again after a failure. */
    void open();

    /**
     * Does an operation, and then calls {@link Crew#done}.
     *
     * @param dueNanos when it should have started, by {@link System#nanoTime}: its latency counts from there
     */
    void start(long dueNanos);

    /** Ends in order and calls {@link Crew#left}, or waits for the end of its operation: then it is called again. */
    void finish();
}
