package io.weir.aggregator.history;

import io.weir.aggregator.journal.JournalPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The places of whole checkpoints that earlier questions passed, so that later ones need not begin with a whole file: of the
 * newest {@link #MAX_KNOWN}. What was written stays where it is, so they stay right. Any thread.
 */
final class KnownCheckpoints {
    static final int MAX_KNOWN = 4_096;

    private final TreeSet<Place> places = new TreeSet<>();

    synchronized void add(JournalPosition position) {
        places.add(Place.checkpoint(position));
        if (places.size() > MAX_KNOWN) {
            places.pollFirst();
        }
    }

    /** All of them, as places of the caller's own. */
    synchronized List<Place> copy() {
        List<Place> copy = new ArrayList<>(places.size());
        for (Place place : places) {
            copy.add(Place.checkpoint(place.position()));
        }
        return copy;
    }
}
