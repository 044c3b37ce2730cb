package io.weir.aggregator.journal;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import java.util.ArrayList;
import java.util.List;

/** Keeps what it is given; deltas as {@link BytesTransferred}. */
public final class RecordedEvents implements EventSink {
    /** One event with its number and time. */
    public record Recorded(long sequence, long atMillis, LedgerEvent event) {}

    private final List<Recorded> events = new ArrayList<>();

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        events.add(new Recorded(sequence, atMillis, event));
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        events.add(new Recorded(sequence, atMillis, new BytesTransferred(sessionId, delta.toTally())));
    }

    public List<Recorded> list() {
        return events;
    }
}
