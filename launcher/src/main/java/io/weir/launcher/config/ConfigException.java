package io.weir.launcher.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration cannot be used: it has faults, or its file cannot be read or written. The message says all of it. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Fault> faults;

    /** The file cannot be read or written. */
    public ConfigException(String message, Throwable cause) {
        super(message, cause);
        faults = List.of();
    }

    /**
     * It has these faults.
     *
     * @param source the file; for people
     */
    public ConfigException(String source, List<Fault> faults) {
        super(lines(source, faults));
        this.faults = List.copyOf(faults);
    }

    /** What is wrong; empty if the file could not be read or written. */
    public List<Fault> faults() {
        return faults;
    }

    /** One line each, with the file before what stands in it. */
    public static String lines(String source, List<Fault> faults) {
        return faults.stream()
                .map(fault -> fault.place().line() == 0 ? fault.toString() : source + ":" + fault)
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
