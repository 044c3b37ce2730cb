package io.weir.aggregator;

import java.io.IOException;
import java.nio.file.FileStore;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes free on the journal's disk. The disk is found once, at the start, because finding it takes a file, and when files are short
 * is when one wants to know. What can't be told stays as it was last. One thread.
 */
final class FreeSpace implements LongSupplier {
    private static final Logger LOG = LoggerFactory.getLogger(FreeSpace.class);

    private final FileStore disk;
    private long last;
    private boolean isKnown = true;

    FreeSpace(FileStore disk) throws IOException {
        this.disk = disk;
        this.last = disk.getUsableSpace();
    }

    @Override
    public long getAsLong() {
        try {
            last = disk.getUsableSpace();
            isKnown = true;
        } catch (IOException e) {
            if (isKnown) {
                LOG.warn(
                        "free space not known, taken to be as before disk={} bytes={} cause=\"{}\"",
                        disk,
                        last,
                        e.toString());
            }
            isKnown = false;
        }
        return last;
    }
}
