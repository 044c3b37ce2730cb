package io.weir.eventbus;

import org.jspecify.annotations.Nullable;

/**
 * Whether new sessions may begin. Set by the consumer when it can't journal, read by every event loop. Any thread.
 */
public final class Admission {
    private volatile @Nullable String refusal;
    private volatile @Nullable String lost;

    Admission() {}

    /** Why no session may begin now, for people; null while they may. */
    public @Nullable String refusal() {
        String forGood = lost;
        return forGood == null ? refusal : forGood;
    }

    /** Stops new sessions. Open ones go on. */
    public void refuse(String reason) {
        refusal = reason;
    }

    /** Stops new sessions for as long as the process lives, whoever admits them: something is lost that the node cannot go on without. */
    public void refuseForGood(String reason) {
        lost = reason;
    }

    /** Lets new sessions begin again. */
    public void admit() {
        refusal = null;
    }
}
