package io.weir.launcher.config;

/**
 * Where something stands in a configuration file. Immutable.
 *
 * @param line from 1 on; 0 if it does not stand in a file
 * @param column from 1 on; 0 if it does not stand in a file
 */
public record Place(int line, int column) {
    /** In no file: on the command line, or not at all. */
    public static final Place NONE = new Place(0, 0);
}
