package io.weir.proxyengine.access;

/** The threads on which passwords are checked and the file is read. Any thread. */
interface Workers extends AutoCloseable {
    /**
     * Runs a task as soon as a thread is free. How many wait is the caller's to bound.
     *
     * @return whether it will; not after {@link #close}
     */
    boolean run(Runnable task);

    /** The same, later. */
    boolean runIn(Runnable task, long nanos);

    /** Runs a task again and again. */
    void runEvery(Runnable task, long nanos);

    /** Tasks that have not begun are dropped. */
    @Override
    void close();
}
