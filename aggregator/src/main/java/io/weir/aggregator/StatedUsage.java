package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.CheckpointUsage;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the checkpoint that is being compared states of usage, part by part until all of it is there. One thread. */
final class StatedUsage {
    private static final long NOTHING = -1;

    private final List<OfUser> users = new ArrayList<>();
    private long sinceSequence = NOTHING;

    void add(CheckpointUsage part) {
        sinceSequence = part.sinceSequence();
        users.addAll(part.users());
    }

    void forget() {
        users.clear();
        sinceSequence = NOTHING;
    }

    /** Whether it has stated nothing so far, not even that nobody has used anything. */
    boolean isEmpty() {
        return sinceSequence < 0;
    }

    /** It counts what came after this event. */
    long sinceSequence() {
        return sinceSequence;
    }

    List<OfUser> users() {
        return users;
    }

    /**
     * Whether what was counted since an event can be as right as this is: who began earlier knows no less.
     *
     * @param own in the order of the users' names
     */
    boolean agreesWith(List<OfUser> own, long ownSince) {
        if (sinceSequence == ownSince) {
            return users.equals(own);
        }
        return sinceSequence > ownSince ? covers(own, users) : covers(users, own);
    }

    private static boolean covers(List<OfUser> more, List<OfUser> less) {
        Map<String, OfUser> known = new HashMap<>();
        more.forEach(each -> known.put(each.user(), each));
        return less.stream().allMatch(each -> {
            OfUser other = known.get(each.user());
            return other != null
                    && PeriodSums.covers(other.days(), each.days())
                    && PeriodSums.covers(other.months(), each.months());
        });
    }
}
