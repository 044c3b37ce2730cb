package io.weir.proxyengine.overload;

/** What is watched, and which steps it can call for. */
public enum Watched {
    /** What lives in the heap, as a part of what fits. */
    HEAP("heap", Kind.PROCESS),
    /** Memory outside the heap, as a part of what may be taken. */
    DIRECT_MEMORY("direct-memory", Kind.PROCESS),
    /** Open files, as a part of the soft limit. */
    FILES("files", Kind.PROCESS),
    /** What waits for the ledger's thread, as a part of what may wait. */
    RING("ring", Kind.LEDGER),
    /** How long the oldest event waits that is not journaled, in seconds. */
    JOURNAL_LAG("journal-lag", Kind.TIME),
    /** The floor of free space as a part of what is free on the journal's disk: 1 is at the floor, where journaling stops. */
    DISK("disk", Kind.LEDGER);

    private static final double APART = 0.1;
    private static final double BAND = 0.05;

    /** How the steps lie around the one limit that is configured. */
    private enum Kind {
        /** Of the process: whatever is open or comes takes more of it, so all steps help. */
        PROCESS {
            @Override
            Thresholds around(double limit) {
                return new Thresholds(limit - 2 * APART, limit - APART, limit, (1 + limit) / 2, BAND);
            }
        },
        /**
         * Of the ledger: to end what is idle would only give it more to write, and a client that waits in the kernel spares it no more than one that is told why.
         */
        LEDGER {
            @Override
            Thresholds around(double limit) {
                return new Thresholds(Thresholds.NEVER, limit - APART, limit, Thresholds.NEVER, BAND);
            }
        },
        /** The same, in seconds. */
        TIME {
            @Override
            Thresholds around(double limit) {
                return new Thresholds(Thresholds.NEVER, limit / 2, limit, Thresholds.NEVER, limit * BAND);
            }
        };

        abstract Thresholds around(double limit);
    }

    private final String label;
    private final Kind kind;

    Watched(String label, Kind kind) {
        this.label = label;
        this.kind = kind;
    }

    /** Its name in keys, metrics and reasons. */
    public String label() {
        return label;
    }

    /** Whether its gauge reads seconds, not a part of 1. */
    public boolean isTime() {
        return kind == Kind.TIME;
    }

    /** @param limit from which on no session begins */
    Thresholds thresholds(double limit) {
        return kind.around(limit);
    }
}
