package io.weir.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of a contest. Immutable.
 *
 * @param exactness how the ledger agrees; null for a proxy that keeps none
 */
record Outcome(
        Contest contest,
        Peer peer,
        LoadResult result,
        @Nullable Exactness exactness) {
    boolean isExact() {
        return exactness == null || exactness.isExact();
    }

    boolean hasFailed() {
        return result.errors() > 0;
    }

    /** As a line of JSON. */
    String toJson(int round) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("contest", contest.name());
        map.put("peer", peer.name());
        map.put("round", round);
        if (exactness != null) {
            map.put("exact", exactness.isExact());
        }
        map.putAll(result.toMap());
        return Json.line(map);
    }
}
