package io.weir.aggregator;

/**
 * A session that was closed. Immutable.
 *
 * @param sequence number of the event that closed it, which no other session has
 * @param info the session with its final figures
 */
public record ClosedSession(long sequence, ConnectionInfo info) {
    private static final long FIXED_BYTES = 420; // four objects and six empty texts

    /** What it takes in memory, about. */
    public long estimatedBytes() {
        return FIXED_BYTES
                + info.method().length()
                + info.host().length()
                + info.url().length()
                + info.remote().length()
                + info.user().length()
                + info.originAddress().length();
    }
}
