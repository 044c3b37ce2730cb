package io.weir.replaytool;

import java.util.Locale;

/** How an export is written. */
enum ExportFormat {
    /** Comma-separated values with a head. */
    CSV,
    /** A JSON object a line. */
    JSONL,
    /** A folder of Parquet files: not for exchanges. */
    PARQUET,
    /** An HTTP archive, version 1.2: exchanges only. */
    HAR;

    /** The name on the command line and in the sidecar. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
