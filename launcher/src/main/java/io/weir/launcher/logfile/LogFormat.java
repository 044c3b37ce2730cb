package io.weir.launcher.logfile;

/** How the log is written. */
public enum LogFormat {
    /** For people. */
    TEXT,
    /** An object in a line for each event. */
    JSON
}
