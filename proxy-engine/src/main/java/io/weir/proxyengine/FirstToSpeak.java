package io.weir.proxyengine;

import org.jspecify.annotations.Nullable;

/** Whether an origin speaks before its client is served: of a protocol that is not HTTP, or it is to be distrusted. Event loop of the tunnel. */
final class FirstToSpeak {
    private @Nullable Runnable whenOrigin;
    private boolean isServing;
    private boolean originSpoke;

    /** Sets what to do when the origin speaks before the client has; it may have. */
    void whenOrigin(Runnable task) {
        if (originSpoke) {
            task.run();
        } else {
            whenOrigin = task;
        }
    }

    /**
     * The origin has said something that nobody asked for.
     *
     * @return whether it is too early to tell what that means
     */
    boolean originSpoke() {
        if (isServing) {
            return false;
        }
        originSpoke = true;
        Runnable task = whenOrigin;
        whenOrigin = null;
        if (task != null) {
            task.run();
        }
        return true;
    }

    /** The client is served from now on. */
    void serving() {
        isServing = true;
    }

    boolean isServing() {
        return isServing;
    }

    /** Whether the origin was the first. */
    boolean wasOrigin() {
        return originSpoke;
    }
}
