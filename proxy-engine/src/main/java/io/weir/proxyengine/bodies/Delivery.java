package io.weir.proxyengine.bodies;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whom to tell what became of a body, and on which loop. Immutable. */
record Delivery(Executor loop, Consumer<StoredBody> whenDone) {
    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    /** Tells at once; event loop of the exchange. */
    void here(StoredBody body) {
        try {
            whenDone.accept(body);
        } catch (RuntimeException e) {
            log.error("what became of a body was told, and not taken", e);
        }
    }

    /** Tells on the loop; any thread. */
    void onLoop(StoredBody body) {
        try {
            loop.execute(() -> here(body));
        } catch (RejectedExecutionException e) {
            log.debug("nobody is left to be told of a body, as its loop has stopped");
        }
    }
}
