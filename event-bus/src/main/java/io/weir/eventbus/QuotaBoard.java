package io.weir.eventbus;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whose quota is used up. Set by the consumer, which knows all sums; read by every event loop, when a session is to begin. Any thread.
 *
 * <p>It is what came of the consumer's sums, not a count: nobody adds to it. A quota ends with its period, whether the consumer has looked again or not.
 */
public final class QuotaBoard {
    /**
     * A quota that is used up.
     *
     * @param period the day or the month, in UTC: {@code 2026-11-26} or {@code 2026-11}
     * @param quotaBytes how large it is
     * @param fromMillis when its period began, in ms since the epoch
     * @param untilMillis when its period ends and the user may go on
     */
    public record Spent(String period, long quotaBytes, long fromMillis, long untilMillis) {
        boolean isInForce(long atMillis) {
            return fromMillis <= atMillis && atMillis < untilMillis;
        }
    }

    private volatile Map<String, List<Spent>> spent = Map.of();
    private volatile Consumer<Set<String>> listener = users -> {};

    QuotaBoard() {}

    /** The quota of a user that is used up at that time and lasts the longest; null if none is. */
    public @Nullable Spent spent(String user, long atMillis) {
        Map<String, List<Spent>> known = spent;
        if (known.isEmpty()) {
            return null;
        }
        Spent longest = null;
        for (Spent each : known.getOrDefault(user, List.of())) {
            if (each.isInForce(atMillis) && (longest == null || each.untilMillis > longest.untilMillis)) {
                longest = each;
            }
        }
        return longest;
    }

    /** How many users have used a quota up, at that time. */
    public int users(long atMillis) {
        int users = 0;
        for (List<Spent> each : spent.values()) {
            users += each.stream().anyMatch(one -> one.isInForce(atMillis)) ? 1 : 0;
        }
        return users;
    }

    /**
     * Sets who is told, on the consumer thread, which users have just used a quota up: their open sessions are to end. It must return at
     * once. It is told of those that have already, too. Called once.
     */
    public void listen(Consumer<Set<String>> whoEndsSessions) {
        listener = whoEndsSessions;
        Set<String> before = spent.keySet();
        if (!before.isEmpty()) {
            whoEndsSessions.accept(before);
        }
    }

    /**
     * Shows who has used up what. A session that begins after this is refused, so that those which the listener does not find were never open. Consumer
     * thread.
     *
     * @param users all users of whom a quota is used up
     * @param newly those among them whose open sessions are to end
     */
    public void publish(Map<String, List<Spent>> users, Set<String> newly) {
        spent = Map.copyOf(users);
        if (!newly.isEmpty()) {
            listener.accept(Set.copyOf(newly));
        }
    }
}
