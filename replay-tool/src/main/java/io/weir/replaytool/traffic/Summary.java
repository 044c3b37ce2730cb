package io.weir.replaytool.traffic;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what became of a run. One thread at a time. Bounded: of spacing it keeps one number an exchange. */
public final class Summary {
    private final Map<Skip, Long> skipped = new EnumMap<>(Skip.class);
    private final Map<String, Long> differing = new TreeMap<>();
    private int[] lateMicros = new int[1_024];
    private int sent;
    private long same;
    private long different;
    private long failed;

    /** Adds one. */
    public void add(Sent it) {
        if (it.skip().isPresent()) {
            skipped.merge(it.skip().get(), 1L, Long::sum);
            return;
        }
        if (sent == lateMicros.length) {
            lateMicros = Arrays.copyOf(lateMicros, sent * 2);
        }
        lateMicros[sent++] = (int) Math.min(Integer.MAX_VALUE, it.lateMicros());
        if (!it.failure().isEmpty()) {
            failed++;
        } else if (it.differences().isEmpty()) {
            same++;
        } else {
            different++;
            it.differences().stream()
                    .map(Difference::kind)
                    .distinct()
                    .forEach(kind -> differing.merge(kind, 1L, Long::sum));
        }
    }

    /** How many were sent, answered or not. */
    public long sent() {
        return sent;
    }

    /** How many were answered as they were. */
    public long same() {
        return same;
    }

    /** How many were answered otherwise. */
    public long different() {
        return different;
    }

    /** How many were not answered. */
    public long failed() {
        return failed;
    }

    /** How many were not sent, by reason. */
    public Map<Skip, Long> skipped() {
        return skipped;
    }

    /** How many answers differ in their status, in fields, in the body. */
    public Map<String, Long> differing() {
        return differing;
    }

    /** How late requests were sent: a quantile, in µs; 0 if none was. */
    public long lateMicros(double quantile) {
        if (sent == 0) {
            return 0;
        }
        int[] sorted = Arrays.copyOf(lateMicros, sent);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sent - 1L, (long) (quantile * sent))];
    }
}
