package io.weir.proxyengine.access;

import org.jspecify.annotations.Nullable;

/**
 * What came of a check. Immutable.
 *
 * @param outcome what
 * @param known who it is, if that is right; else null
 * @param retrySeconds when to come again, if it is too early now
 */
public record Verdict(Outcome outcome, @Nullable Known known, int retrySeconds) {
    /** What came of it. */
    public enum Outcome {
        /** Name and password belong together. */
        RIGHT,
        /** There is no such user, or the password is another: nobody is told which. */
        WRONG,
        /** Nobody looked: from there has come too much that was wrong. */
        TOO_EARLY,
        /** Nobody looked: too many wait. */
        NO_ROOM
    }

    static final Verdict WRONG = new Verdict(Outcome.WRONG, null, 0);
    static final Verdict NO_ROOM = new Verdict(Outcome.NO_ROOM, null, 0);
}
