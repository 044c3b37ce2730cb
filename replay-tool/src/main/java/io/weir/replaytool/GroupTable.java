package io.weir.replaytool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up by group, in bounded memory. One thread. When there are more groups than it holds, the half that moved least is merged
 * into the rest; a group that comes again after that begins anew and says that its figures are a lower bound. The sum of all groups
 * and the rest is always exact.
 */
final class GroupTable {
    /** How many groups are held at most. */
    static final int GROUPS_HELD = 100_000;

    private static final Comparator<Group> LARGEST_FIRST =
            Comparator.comparingDouble(Group::bytes).reversed().thenComparing(Group::key);

    private final int limit;
    private final boolean comesOnce;
    private final Map<String, Group> groups = new HashMap<>();
    private final Group sum = new Group("sum", false);
    private final Group rest = new Group("rest", false);
    private long merged;

    /**
     * Starts empty.
     *
     * @param comesOnce whether each group is complete when it comes, so that none can come again
     */
    GroupTable(int limit, boolean comesOnce) {
        this.limit = limit;
        this.comesOnce = comesOnce;
    }

    /** The group of a key, to be added to. The same must be added to {@link #sum()}. */
    Group of(String key) {
        Group known = groups.get(key);
        if (known != null) {
            return known;
        }
        if (groups.size() >= limit) {
            mergeTo(limit / 2);
        }
        Group added = new Group(key, merged > 0 && !comesOnce);
        groups.put(key, added);
        return added;
    }

    /** Merges all but the largest groups into the rest. */
    void mergeTo(int kept) {
        List<Group> sorted = largestFirst();
        for (Group small : sorted.subList(Math.min(kept, sorted.size()), sorted.size())) {
            rest.add(small);
            merged++;
            groups.remove(small.key());
        }
    }

    /** The groups that are left, the largest first. */
    List<Group> largestFirst() {
        List<Group> sorted = new ArrayList<>(groups.values());
        sorted.sort(LARGEST_FIRST);
        return sorted;
    }

    /** The groups that are left, in the order of their keys. */
    List<Group> byKey() {
        List<Group> sorted = new ArrayList<>(groups.values());
        sorted.sort(Comparator.comparing(Group::key));
        return sorted;
    }

    /** All that was ever added. */
    Group sum() {
        return sum;
    }

    /** What was merged, and what belongs to no group. */
    Group rest() {
        return rest;
    }

    /** How many groups were merged; one that came again and was merged again counts twice. */
    long merged() {
        return merged;
    }
}
