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

    /**
     * All that were closed in [from, end), in that order.
     *
     * @throws HistoryException if anything of it is missing
     */
    void allBetween(long from, long end, Consumer<ClosedSession> sink) {
        Place start = placeAt(from);
        ClosingFold fold;
        Unbroken unbroken;
        do {
            fold = begin(start, from, sink);
            unbroken = new Unbroken(fold, from);
            reading.read(start.position(), end, unbroken);
            start = earlier(start, fold);
        } while (start != null);
        unbroken.requireAllBefore(end);
        if (fold.hasPassedOver()) {
            throw new HistoryException("the journal does not say what was open when its oldest file begins");
        }
    }

    /** The session that a certain event closed; null if that event closed none whose facts can be read. */
    @Nullable ClosedSession at(long sequence) {
        List<ClosedSession> found = new ArrayList<>();
        read(placeAt(sequence), sequence, sequence + 1, found::add);
        return found.isEmpty() ? null : found.get(0);
    }

    private Place placeAt(long sequence) {
        Place place = places.lastBefore(sequence + 1, reading);
        return place == null ? places.files().get(0) : place;
    }

    /** Folds from a place on, or from as much earlier as it takes to have state at the first close that is asked for. */
    private void read(Place place, long from, long end, Consumer<ClosedSession> sink) {
        Place start = place;
        do {
            ClosingFold fold = begin(start, from, sink);
            reading.read(start.position(), end, fold);
            start = earlier(start, fold);
        } while (start != null);
    }

    private ClosingFold begin(Place start, long from, Consumer<ClosedSession> sink) {
        return new ClosingFold(from, places.before(start, reading) != null, sink);
    }

    /** Where to begin instead; null if the fold has told what there is to tell. */
    private @Nullable Place earlier(Place start, ClosingFold fold) {
        return fold.beganTooLate() ? places.before(start, reading) : null;
    }
}
