package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.RecordedExchange;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import java.util.List;

/** Finds recorded exchanges. One thread, one question. */
final class Exchanges {
    private final Reading reading;
    private final Places places;

    Exchanges(Reading reading) {
        this.reading = reading;
        this.places = reading.places();
    }

    ExchangePage page(ExchangeFilter filter, long before, int limit) {
        NewestFirst<RecordedExchange> newest = new NewestFirst<>(limit);
        long end = filter.toMillis() == 0 ? before : Math.min(before, endOf(filter.toMillis()));
        Place place = places.lastBefore(end, reading);
        while (place != null && !newest.isFull() && !isTooOld(place, filter.fromMillis())) {
            long first = place.firstSequence(reading);
            reading.read(place.position(), end, new Matching(filter, newest));
            newest.endStretch();
            end = first;
            place = places.lastBefore(end, reading);
        }
        return new ExchangePage(newest.page(), newest.isFull());
    }

    private static boolean isTooOld(Place place, long fromMillis) {
        return fromMillis != 0 && place.isAllBefore(fromMillis);
    }

    /**
     * A sequence from which on everything happened at a time or later. The events of a file happened after the file before it
     * was begun, also when they waited in an outage.
     */
    private long endOf(long millis) {
        List<Place> files = places.files();
        for (int i = 0; i < files.size() - 1; i++) {
            if (files.get(i).hourMillis() >= millis) {
                return files.get(i + 1).firstSequence(reading);
            }
        }
        return Long.MAX_VALUE;
    }

    private record Matching(ExchangeFilter filter, NewestFirst<RecordedExchange> found) implements EventSink {
        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (event instanceof ExchangeCompleted exchange) {
                RecordedExchange recorded = new RecordedExchange(sequence, atMillis, exchange);
                if (filter.matches(recorded)) {
                    found.add(recorded);
                }
            }
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}
    }
}
