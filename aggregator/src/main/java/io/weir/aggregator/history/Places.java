package io.weir.aggregator.history;

import io.weir.aggregator.journal.CycleIndex;
import io.weir.aggregator.journal.IndexFolder;
import io.weir.aggregator.journal.JournalPosition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where one question may begin to read, in the order of the journal: the beginnings of the files that were there when it was
 * asked, and the checkpoints in them that are known, from earlier questions or an index, which grow as it is answered. One thread.
 *
 * <p>Sequences rise along it, so the place to begin at is found by halving; each look reads one record.
 */
final class Places {
    private final List<Place> files = new ArrayList<>();
    private final List<Place> all = new ArrayList<>();
    private final Set<String> learned = new HashSet<>(); // files whose index was asked
    private final Path folder;
    private final KnownCheckpoints known;

    Places(Path folder, List<String> fileNames, KnownCheckpoints known) {
        this.folder = folder;
        this.known = known;
        for (String name : fileNames) {
            files.add(Place.beginningOf(name));
        }
        all.addAll(files);
        Set<String> names = new HashSet<>(fileNames);
        for (Place checkpoint : known.copy()) {
            if (names.contains(checkpoint.position().file())) {
                all.add(checkpoint);
            }
        }
        Collections.sort(all);
    }

    /** The beginnings of files only. */
    List<Place> files() {
        return files;
    }

    /** A whole checkpoint begins there, in a record of its own. */
    void addCheckpoint(JournalPosition position) {
        Place place = Place.checkpoint(position);
        int index = Collections.binarySearch(all, place);
        if (index < 0) {
            all.add(-index - 1, place);
            known.add(position);
        }
    }

    boolean hasFile(String name) {
        return Collections.binarySearch(all, Place.beginningOf(name)) >= 0;
    }

    boolean has(JournalPosition position) {
        return Collections.binarySearch(all, Place.checkpoint(position)) >= 0;
    }

    /** The last place from which something before a sequence can be read; null if there is none. */
    @Nullable Place lastBefore(long sequence, Reading reading) {
        int count = countBefore(sequence, reading);
        if (count > 0 && learn(all.get(count - 1), reading)) {
            count = countBefore(sequence, reading);
        }
        return count == 0 ? null : all.get(count - 1);
    }

    private int countBefore(long sequence, Reading reading) {
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all.get(middle).firstSequence(reading) < sequence) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Adds the checkpoints that the index of a place's file names, after a look at each; an index that is wrong once is asked no more.
     * Answers whether there were any.
     */
    private boolean learn(Place place, Reading reading) {
        String file = place.position().file();
        if (!learned.add(file)) {
            return false;
        }
        int before = all.size();
        Optional<CycleIndex> index = index(file);
        if (index.isPresent()) {
            for (JournalPosition checkpoint : index.get().checkpoints()) {
                if (!has(checkpoint)) {
                    if (!reading.isCheckpoint(checkpoint)) {
                        break;
                    }
                    addCheckpoint(checkpoint);
                }
            }
        }
        return all.size() > before;
    }

    /** What the index says of a file. */
    Optional<CycleIndex> index(String file) {
        return IndexFolder.read(folder, file);
    }

    /** The place before one of these; null before the first. */
    @Nullable Place before(Place place, Reading reading) {
        int index = Collections.binarySearch(all, place);
        if (index > 0 && learn(all.get(index - 1), reading)) {
            index = Collections.binarySearch(all, place);
        }
        return index <= 0 ? null : all.get(index - 1);
    }

    /** The sequence with which a file ends that has one after it: the first of the next. By number of the file. */
    long endOfFile(int file, Reading reading) {
        return file + 1 < files.size() ? files.get(file + 1).firstSequence(reading) : Long.MAX_VALUE;
    }

    /** The number of the first file that may hold something of this time or later; of the last file if none does. */
    int firstFileNotBefore(long millis) {
        for (int i = 0; i < files.size() - 1; i++) {
            if (!files.get(i).isAllBefore(millis)) {
                return i;
            }
        }
        return files.size() - 1;
    }
}
