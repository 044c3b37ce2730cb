package io.weir.launcher.accesslog;

import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a journal and hands out the lines of the events behind a mark. The thread of the log.
 *
 * <p>To know who is open at the mark, and what moved in the window that it is in, it reads from the file before the one that the mark was
 * in: files begin with a checkpoint, and windows are no longer than the hour that a file is for. If there is no checkpoint up to the
 * first line, it reads once more, from the journal's beginning.
 */
final class LineSource implements AutoCloseable {
    /** The longest window for which that is enough. */
    static final long WINDOW_MILLIS_MAX = 3_600_000;

    private static final Logger log = LoggerFactory.getLogger(LineSource.class);

    private final Path journal;
    private final long mark;
    private final long windowMillis;
    private final Consumer<AccessLine> lines;
    private JournalReader reader;
    private AccessFold fold;
    private boolean isFromBeginning;
    private boolean hasBegun;
    private boolean isFirstRead;

    /**
     * @param mark lines of this event, and of those before, are not handed out
     * @param markedFile the journal's file that the mark was in
     */
    LineSource(Path journal, long mark, String markedFile, long windowMillis, Consumer<AccessLine> lines) {
        this.journal = journal;
        this.mark = mark;
        this.windowMillis = windowMillis;
        this.lines = lines;
        reader = JournalReader.open(journal);
        fold = new AccessFold(windowMillis, this::take);
        startAt(fileBefore(markedFile));
    }

    private String fileBefore(String marked) {
        String before = "";
        for (String name : JournalFolder.files(journal)) {
            if (name.compareTo(marked) >= 0) {
                return before.isEmpty() ? name : before;
            }
            before = name;
        }
        return before;
    }

    private void startAt(String name) {
        List<String> files = JournalFolder.files(journal);
        reader.startAt(new JournalPosition(name, 0, 0));
        isFirstRead = true;
        isFromBeginning = name.isEmpty() || name.equals(files.get(0));
        fold = new AccessFold(windowMillis, this::take);
    }

    /** The last event that was read; 0 if none was. */
    long sequence() {
        return fold.lastSequence();
    }

    /** The journal's file that is being read. */
    String file() {
        return reader.position().file();
    }

    /**
     * Reads what is there and was not read yet.
     *
     * @throws JournalException if the journal can't be read on
     */
    void read() {
        try {
            check(reader.read(fold, ReadProgress.NONE));
        } catch (EnoughException e) {
            if (hasBegun) {
                throw e; // of who takes the lines
            }
            reader.close();
            reader = JournalReader.open(journal);
            startAt("");
            check(reader.read(fold, ReadProgress.NONE));
        }
    }

    private void check(ReadOutcome outcome) {
        if (outcome.isStopped()) {
            throw new JournalException(
                    outcome.faults().get(0).kind(), outcome.faults().get(0).toString());
        }
        long expected =
                isFirstRead && fold.firstSequence() > 1 ? 1 : 0; // a reader that begins in the middle calls that a gap
        isFirstRead = false;
        if (hasBegun && outcome.faultCount() > expected) {
            log.warn(
                    "access log: lines may be missing, events are faults={} first=\"{}\"",
                    outcome.faultCount(),
                    outcome.faults().get(0));
        }
    }

    private void take(AccessLine line) {
        if (line.sequence() <= mark) {
            return;
        }
        if (!hasBegun) {
            if (!fold.isWhole() && !isFromBeginning) {
                throw new EnoughException();
            }
            hasBegun = true;
            if (fold.firstSequence() > mark + 1) {
                log.warn(
                        "access log: the journal does not reach back to the mark, lines are missing mark={} journalBegins={}",
                        mark,
                        fold.firstSequence());
            }
        }
        lines.accept(line);
    }

    @Override
    public void close() {
        reader.close();
    }
}
