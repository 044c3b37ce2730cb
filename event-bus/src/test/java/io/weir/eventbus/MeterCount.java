package io.weir.eventbus;

import java.util.List;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;

/** One of the six things that a meter counts: how to add to it, and how to read it from a sum of deltas. */
record MeterCount(String name, ObjLongConsumer<SessionMeter> add, ToLongFunction<Counts> read) {
    private static final List<MeterCount> SIX = List.of(
            new MeterCount("up", SessionMeter::up, Counts::up),
            new MeterCount("down", SessionMeter::down, Counts::down),
            new MeterCount("overheadUp", SessionMeter::overheadUp, Counts::overheadUp),
            new MeterCount("overheadDown", SessionMeter::overheadDown, Counts::overheadDown),
            new MeterCount("originUp", SessionMeter::originUp, Counts::originUp),
            new MeterCount("originDown", SessionMeter::originDown, Counts::originDown));

    static List<MeterCount> six() {
        return SIX;
    }

    static long sum(Counts counts) {
        return SIX.stream().mapToLong(each -> each.read.applyAsLong(counts)).sum();
    }

    @Override
    public String toString() {
        return name;
    }
}
