package io.weir.proxyengine.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * What shows that a file has changed. Immutable.
 *
 * @param modifiedNanos since the epoch; 0 if it is not there
 * @param key the file's number, where there is such a thing: another after a rename
 */
public record FileStamp(
        long modifiedNanos, long size, @Nullable Object key) {
    /** Looks at a file. */
    public static FileStamp of(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(
                    now.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS), now.size(), now.fileKey());
        } catch (IOException gone) {
            return new FileStamp(0, 0, null);
        }
    }
}
