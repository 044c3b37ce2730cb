package io.weir.replaytool;

import io.weir.replaytool.SessionEntry.FieldDifference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compares two sides session by session, in bounded memory. One thread.
 *
 * <p>Both are read side by side, and a session is forgotten as soon as both have it and it is the same. What waits for its
 * counterpart is held, and so is what differs, to be handed out in the order of ids. When that is too much, the half with the higher
 * ids is left to a later pass, which reads both sides again: sides that are nearly the same take one pass, however long they are.
 */
final class JournalDiff {
    /** How many sessions are held at most. */
    static final int SESSIONS_HELD = 50_000;

    private static final int EVENTS_AT_A_TIME = 8_192;

    /** A session that is on one side only, or differs. At most one of the sides is null. */
    record Difference(
            long id, @Nullable SessionEntry a, @Nullable SessionEntry b, List<FieldDifference> fields) {}

    private final DiffSide a;
    private final DiffSide b;
    private final int limit;
    private final Consumer<Difference> sink;
    private final Map<Long, SessionEntry> waitingA = new HashMap<>();
    private final Map<Long, SessionEntry> waitingB = new HashMap<>();
    private final List<Difference> differing = new ArrayList<>();
    private long fromId = 1;
    private long belowId = Long.MAX_VALUE;
    private boolean isFirstPass = true;
    private long sessionsA;
    private long sessionsB;
    private long onlyInA;
    private long onlyInB;
    private long different;

    /**
     * Prepares a comparison.
     *
     * @param sink gets the differences in the order of ids
     */
    JournalDiff(DiffSide a, DiffSide b, int limit, Consumer<Difference> sink) {
        this.a = a;
        this.b = b;
        this.limit = limit;
        this.sink = sink;
    }

    /** Compares. */
    void run() {
        do {
            belowId = Long.MAX_VALUE;
            a.restart(entry -> arrived(entry, true));
            b.restart(entry -> arrived(entry, false));
            boolean hasMore = true;
            while (hasMore) {
                boolean hasMoreOfA = a.advance(EVENTS_AT_A_TIME);
                hasMore = b.advance(EVENTS_AT_A_TIME) || hasMoreOfA;
            }
            handOut();
            fromId = belowId;
            isFirstPass = false;
        } while (belowId < Long.MAX_VALUE);
    }

    private void arrived(SessionEntry entry, boolean isOfA) {
        if (isFirstPass) {
            sessionsA += isOfA ? 1 : 0;
            sessionsB += isOfA ? 0 : 1;
        }
        if (entry.id() < fromId || entry.id() >= belowId) {
            return;
        }
        SessionEntry other = (isOfA ? waitingB : waitingA).remove(entry.id());
        if (other == null) {
            (isOfA ? waitingA : waitingB).put(entry.id(), entry);
        } else {
            met(isOfA ? entry : other, isOfA ? other : entry);
        }
        if (waitingA.size() + waitingB.size() + differing.size() > limit) {
            leaveHalfForLater();
        }
    }

    private void met(SessionEntry inA, SessionEntry inB) {
        List<FieldDifference> fields = inA.differencesTo(inB);
        if (!fields.isEmpty()) {
            differing.add(new Difference(inA.id(), inA, inB, fields));
        }
    }

    private void leaveHalfForLater() {
        List<Long> ids = new ArrayList<>(waitingA.keySet());
        ids.addAll(waitingB.keySet());
        differing.forEach(each -> ids.add(each.id()));
        ids.sort(Comparator.naturalOrder());
        long middle = ids.get(ids.size() / 2);
        belowId = middle;
        waitingA.keySet().removeIf(id -> id >= middle);
        waitingB.keySet().removeIf(id -> id >= middle);
        differing.removeIf(each -> each.id() >= middle);
    }

    private void handOut() {
        onlyInA += waitingA.size();
        onlyInB += waitingB.size();
        different += differing.size();
        waitingA.forEach((id, entry) -> differing.add(new Difference(id, entry, null, List.of())));
        waitingB.forEach((id, entry) -> differing.add(new Difference(id, null, entry, List.of())));
        differing.sort(Comparator.comparingLong(Difference::id));
        differing.forEach(sink);
        waitingA.clear();
        waitingB.clear();
        differing.clear();
    }

    long onlyInA() {
        return onlyInA;
    }

    long onlyInB() {
        return onlyInB;
    }

    long different() {
        return different;
    }

    /** How many sessions both sides have, and have the same. */
    long same() {
        return sessionsA - onlyInA - different;
    }

    long sessionsA() {
        return sessionsA;
    }

    long sessionsB() {
        return sessionsB;
    }

    boolean isSame() {
        return onlyInA + onlyInB + different == 0;
    }
}
