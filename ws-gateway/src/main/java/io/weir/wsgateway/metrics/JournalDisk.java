package io.weir.wsgateway.metrics;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Room on the disk that the journal is on. Owned by {@link MeterTable}. */
final class JournalDisk {
    private final Path folder;
    private @Nullable FileStore disk; // finding it takes a file, so it is found once

    JournalDisk(Path folder) {
        this.folder = folder;
    }

    /** NaN if it cannot be told. */
    double freeBytes() {
        try {
            if (disk == null) {
                disk = Files.getFileStore(folder);
            }
            return disk.getUsableSpace();
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
