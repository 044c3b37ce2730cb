package io.weir.proxyengine.rules;

import java.util.List;

/** Rules, or a list that they name, cannot be used. The message names the file and what is wrong, twenty faults at most; {@link #faults()} has all. */
public final class RulesException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 20;

    private final transient List<Fault> faults;

    /** A file cannot be read. */
    RulesException(String message, Throwable cause) {
        super(message, cause);
        faults = List.of();
    }

    /** A file cannot be read. */
    RulesException(String message) {
        super(message);
        faults = List.of();
    }

    /** Rules that have faults. */
    RulesException(String where, List<Fault> faults) {
        super(where + ": " + shown(faults));
        this.faults = List.copyOf(faults);
    }

    private static String shown(List<Fault> faults) {
        String some = String.join(
                "; ", faults.stream().limit(SHOWN).map(Fault::toString).toList());
        int more = faults.size() - SHOWN;
        return more > 0 ? some + "; and " + more + " more faults" : some;
    }

    /** All faults; none if a file could not be read at all. */
    public List<Fault> faults() {
        return faults;
    }
}
