package io.weir.eventbus;

import org.jspecify.annotations.Nullable;

/**
 * Whether new sessions may begin. Set by the consumer when it can't journal, read by every event loop. Any thread.
 */
public final class Admission {
    private volatile @Nullable String refusal;

    Admission() {}

    /** Why no session may begin now, for people; null while they may. */
    public @Nullable String refusal() {
        return refusal;
    }

    /** Stops new sessions. Open ones go on. */
    public void refuse(String reason) {
        refusal = reason;
    }

    /** Lets new sessions begin again. */
    public void admit() {
        refusal = null;
    }
}
