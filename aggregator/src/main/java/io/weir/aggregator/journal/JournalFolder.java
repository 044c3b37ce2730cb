package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The files of a journal. */
public final class JournalFolder {
    private static final String SUFFIX = ".cq4";

    private JournalFolder() {}

    /** Whether the folder is there and holds a file of a journal. */
    public static boolean holdsJournal(Path folder) {
        return Files.isDirectory(folder) && !files(folder).isEmpty();
    }

    /** The names of its cycle files, in the order of their records. */
    public static List<String> files(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> name.endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (AccessDeniedException e) {
            throw new JournalException(
                    FaultKind.UNREADABLE, "journal " + folder + ": not allowed to list the folder", e);
        } catch (IOException e) {
            throw new JournalException(FaultKind.UNREADABLE, "journal " + folder + ": can't list the folder: " + e, e);
        }
    }

    /** When the hour begins that a cycle file is named for, in ms since the epoch; empty if it is not named so. */
    public static OptionalLong hourMillis(String file) {
        try {
            return OptionalLong.of(CycleTime.startOf(file));
        } catch (JournalException e) {
            return OptionalLong.empty();
        }
    }
}
