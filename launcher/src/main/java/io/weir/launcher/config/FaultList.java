package io.weir.launcher.config;

import java.util.ArrayList;
import java.util.List;

/** Collects all that is wrong with one configuration, but no more than anybody would read. One thread. */
final class FaultList {
    private static final int MAX = 100;

    private final List<Fault> faults = new ArrayList<>();
    private int more;

    void add(Fault fault) {
        if (faults.size() < MAX) {
            faults.add(fault);
        } else {
            more++;
        }
    }

    void add(String key, Place place, String found, String problem) {
        add(new Fault(key, place, found, problem));
    }

    /** All of them in the order of the file, those that stand nowhere first. */
    List<Fault> toList() {
        List<Fault> sorted = new ArrayList<>(faults);
        sorted.sort((a, b) -> a.place().line() != b.place().line()
                ? Integer.compare(a.place().line(), b.place().line())
                : Integer.compare(a.place().column(), b.place().column()));
        if (more > 0) {
            sorted.add(new Fault("", Place.NONE, "", more + " more faults are not shown"));
        }
        return List.copyOf(sorted);
    }
}
