package io.weir.aggregator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The users that have counts of their own: the first {@value #NAMED_MAX} that opened a session since counting began. All others share one. The fold's own; its thread.
 *
 * <p>Who has counts keeps them, and who has none gets none later, so that no figure ever falls and none jumps, however many users come and go. Not part of the state: what
 * a checkpoint does not carry.
 */
final class UserSeries {
    static final int NAMED_MAX = 200;

    /** Stands for all others; a user of that name is one of them. */
    static final String REST = "other";

    private final Map<String, UserCounts> named = new LinkedHashMap<>();
    private @Nullable UserCounts rest;

    /** Where a user's sessions count. */
    UserCounts of(String user) {
        UserCounts known = named.get(user);
        if (known != null) {
            return known;
        }
        if (named.size() >= NAMED_MAX || user.equals(REST)) {
            return rest();
        }
        UserCounts own = new UserCounts(user);
        named.put(user, own);
        return own;
    }

    private UserCounts rest() {
        if (rest == null) {
            rest = new UserCounts(REST);
        }
        return rest;
    }

    /** What that user has of its own; null if it has nothing. */
    @Nullable UserFigures find(String user) {
        UserCounts known = named.get(user);
        return known == null ? null : known.view();
    }

    /** Those that have figures of their own, and at last the others, if there are any. */
    void forEach(Consumer<UserFigures> reader) {
        named.values().forEach(counts -> reader.accept(counts.view()));
        if (rest != null) {
            reader.accept(rest.view());
        }
    }

    /** Counting begins. */
    void clear() {
        named.clear();
        rest = null;
    }
}
