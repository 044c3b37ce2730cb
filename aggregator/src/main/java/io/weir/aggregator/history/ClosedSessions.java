package io.weir.aggregator.history;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.SessionFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds closed sessions, by folding as much of the journal as their rows need. One thread, one question. */
final class ClosedSessions {
    private final Reading reading;
    private final Places places;

    ClosedSessions(Reading reading) {
        this.reading = reading;
        this.places = reading.places();
    }

    ClosedPage page(SessionFilter filter, long before, int limit) {
        NewestFirst<ClosedSession> newest = new NewestFirst<>(limit);
        long end = filter.toMillis() == 0 ? before : Math.min(before, new OldSessions(reading).end(filter.toMillis()));
        Place place = places.lastBefore(end, reading);
        while (place != null && !newest.isFull() && !isTooOld(place, filter.fromMillis())) {
            long first = place.firstSequence(reading);
            read(place, first, end, session -> {
                if (filter.matches(session.info())) {
                    newest.add(session);
                }
            });
            newest.endStretch();
            end = first;
            place = places.lastBefore(end, reading);
        }
        return new ClosedPage(newest.page(), newest.isFull());
    }

    private static boolean isTooOld(Place place, long fromMillis) {
        return fromMillis != 0 && place.isAllBefore(fromMillis);
    }

    /** Those closed in [from, end), in that order. */
    void between(long from, long end, Consumer<ClosedSession> sink) {
        Place place = places.lastBefore(from + 1, reading);
        read(place == null ? places.files().get(0) : place, from, end, sink);
    }

    /** The session that a certain event closed; null if that event closed none whose facts can be read. */
    @Nullable ClosedSession at(long sequence) {
        List<ClosedSession> found = new ArrayList<>();
        between(sequence, sequence + 1, found::add);
        return found.isEmpty() ? null : found.get(0);
    }

    /** Folds from a place on, or from as much earlier as it takes to have state at the first close that is asked for. */
    private void read(Place place, long from, long end, Consumer<ClosedSession> sink) {
        Place start = place;
        Place earlier;
        ClosingFold fold;
        do {
            earlier = places.before(start);
            fold = new ClosingFold(from, earlier != null, sink);
            reading.read(start.position(), end, fold);
            start = earlier;
        } while (fold.beganTooLate() && start != null);
    }
}
