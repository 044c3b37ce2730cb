package io.weir.wsgateway;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What works beside the event loop: on whatever may touch files or look at every row. Its threads rest while nobody asks. Made and
 * closed with the gateway.
 */
final class Workers implements AutoCloseable {
    private static final int HISTORY_THREADS = 2; // so that one slow question does not stop all others
    private static final int ROWS_THREADS = 1;
    private static final int CONFIG_THREADS = 1; // one change at a time
    private static final int MAX_WAITING = 16;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final StoredBodies bodies;
    private final Questions rows = new Questions("weir-gateway-rows", ROWS_THREADS, MAX_WAITING, PATIENCE);
    private final Questions config = new Questions("weir-gateway-config", CONFIG_THREADS, MAX_WAITING, PATIENCE);
    private final Questions history = new Questions("weir-gateway-history", HISTORY_THREADS, MAX_WAITING, PATIENCE);

    /** @param bodies their folder; null if none are shown */
    Workers(@Nullable Path bodies) {
        this.bodies = new StoredBodies(bodies);
    }

    StoredBodies bodies() {
        return bodies;
    }

    /** For questions about a snapshot, which are over soon. */
    Questions rows() {
        return rows;
    }

    /** For the configuration, whose file may be slow. */
    Questions config() {
        return config;
    }

    /** For questions about the journal, which may take seconds. */
    Questions history() {
        return history;
    }

    @Override
    public void close() {
        bodies.close();
        rows.close();
        config.close();
        history.close();
    }
}
