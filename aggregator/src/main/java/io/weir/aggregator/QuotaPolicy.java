package io.weir.aggregator;

import java.util.Map;

/**
 * How much users may use. Immutable; any thread. It is no part of the ledger: the fold adds up what was used whether there is a quota or not.
 *
 * @param everyone what holds for who has none of his own
 * @param single quotas of single users
 */
public record QuotaPolicy(Quota everyone, Map<String, Quota> single) {
    /** Nobody has a quota. */
    public static final QuotaPolicy NONE = new QuotaPolicy(Quota.NONE, Map.of());

    /** Copies the map. */
    public QuotaPolicy {
        single = Map.copyOf(single);
    }

    /**
     * A user's quotas.
     *
     * @param dayBytes for a day in UTC; 0 if there is none
     * @param monthBytes for a month in UTC; 0 if there is none
     */
    public record Quota(long dayBytes, long monthBytes) {
        /** No quota. */
        public static final Quota NONE = new Quota(0, 0);

        /** Checks. */
        public Quota {
            if (dayBytes < 0 || monthBytes < 0) {
                throw new IllegalArgumentException("a quota can't be negative: " + dayBytes + ", " + monthBytes);
            }
        }
    }

    /** The quotas of a user. */
    public Quota of(String user) {
        return single.getOrDefault(user, everyone);
    }

    /** Whether nobody has one. */
    boolean isEmpty() {
        return everyone.equals(Quota.NONE) && single.values().stream().allMatch(Quota.NONE::equals);
    }
}
