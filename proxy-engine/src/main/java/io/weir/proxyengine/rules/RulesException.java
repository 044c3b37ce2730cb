package io.weir.proxyengine.rules;

import java.util.List;
import java.util.stream.Collectors;

/** Rules, or a list that they name, cannot be used. The message, which goes to logs, names the file and the lines, but
 * nothing of what they say: it may be the wrong file, and hold secrets. {@link #faults()} has all. */
public final class RulesException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 20;

    private final transient List<Fault> faults;
    private final String where;

    /** A file cannot be read. */
    RulesException(String message, Throwable cause) {
        super(message, cause);
        faults = List.of();
        where = "";
    }

    /** A file cannot be read. */
    RulesException(String message) {
        super(message);
        faults = List.of();
        where = "";
    }

    /** Rules that have faults. */
    RulesException(String where, List<Fault> faults) {
        super(where + ": " + shown(faults));
        this.faults = List.copyOf(faults);
        this.where = where;
    }

    private static String shown(List<Fault> faults) {
        String lines = faults.stream()
                .limit(SHOWN)
                .map(fault -> String.valueOf(fault.line()))
                .collect(Collectors.joining(", "));
        return (faults.size() == 1 ? "a fault in line " : faults.size() + " faults, in the lines ") + lines
                + (faults.size() > SHOWN ? " and more" : "") + ": weir rules check says what is wrong";
    }

    /** The message with what the lines say, twenty of them at most: for whoever may read the file, not for logs. */
    public String inFull() {
        if (faults.isEmpty()) {
            return String.valueOf(getMessage());
        }
        String some = faults.stream().limit(SHOWN).map(Fault::toString).collect(Collectors.joining("; "));
        return where + ": " + some + (faults.size() > SHOWN ? "; and " + (faults.size() - SHOWN) + " more faults" : "");
    }

    /** All faults; none if a file could not be read at all. */
    public List<Fault> faults() {
        return faults;
    }
}
