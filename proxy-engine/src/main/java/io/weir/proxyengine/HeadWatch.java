package io.weir.proxyengine;

/**
 * Notices that a client connection that carries nothing has waited too long: for its first request, for the rest of a head, or for another request to begin. Event loop of the
 * connection.
 */
final class HeadWatch {
    private final EngineLoop loop;
    private long sinceNanos;
    private boolean headBegun;
    private boolean first = true;

    HeadWatch(EngineLoop loop) {
        this.loop = loop;
    }

    /** It waits since then. */
    void waitsSince(long nanos) {
        sinceNanos = nanos;
    }

    /** A head is whole. */
    void headCame() {
        headBegun = false;
        first = false;
    }

    /** Whether no head has been whole yet. */
    boolean isFirst() {
        return first;
    }

    /**
     * Looks whether it is too long now.
     *
     * @param begun whether something of the next head has come
     */
    boolean isOverdue(boolean begun, long nowNanos) {
        if (begun && !headBegun) {
            headBegun = true;
            sinceNanos = first ? sinceNanos : nowNanos;
        }
        Timeouts timeouts = loop.config().timeouts();
        long limitNanos = begun || first
                ? timeouts.head().toNanos()
                : loop.shortage().patience(timeouts.keepAlive().toNanos());
        return nowNanos - sinceNanos > limitNanos;
    }
}
