package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a journal consists of: files, boots, checkpoints. Gathered while it is read; one thread. */
final class JournalContents implements EventSink {
    static final int BOOTS_KEPT = 20;

    /** What one file holds. */
    static final class FileContents {
        final String name;
        long records;
        long firstSequence;
        long lastSequence;
        long firstMillis;
        long lastMillis;
        long events;

        FileContents(String name) {
            this.name = name;
        }
    }

    /** One start of the node, and whether it ended in order. */
    static final class Boot {
        final NodeStarted started;
        final long atMillis;
        final long sequence;
        boolean isStopped;

        Boot(NodeStarted started, long atMillis, long sequence) {
            this.started = started;
            this.atMillis = atMillis;
            this.sequence = sequence;
        }
    }

    private final JournalReader reader;
    private final List<FileContents> files = new ArrayList<>();
    private final Deque<Boot> boots = new ArrayDeque<>();
    private long bootCount;
    private long checkpoints;
    private long checkpointSequence;
    private long checkpointMillis;
    private long openAtCheckpoint;
    private @Nullable CheckpointBegun begun;
    private long recordOffset = -1;

    JournalContents(JournalReader reader) {
        this.reader = reader;
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        passed(sequence, atMillis);
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        passed(sequence, atMillis);
        if (event instanceof NodeStarted started) {
            bootCount++;
            boots.addLast(new Boot(started, atMillis, sequence));
            if (boots.size() > BOOTS_KEPT) {
                boots.removeFirst();
            }
        } else if (event instanceof NodeStopped && !boots.isEmpty()) {
            boots.getLast().isStopped = true;
        } else if (event instanceof CheckpointBegun checkpoint) {
            begun = checkpoint;
        } else if (event instanceof CheckpointEnded ended && begun != null) {
            checkpoints++;
            checkpointSequence = ended.beginSequence();
            checkpointMillis = atMillis;
            openAtCheckpoint = begun.open();
        }
    }

    private void passed(long sequence, long atMillis) {
        JournalPosition record = reader.recordPosition();
        FileContents file = files.isEmpty() ? null : files.get(files.size() - 1);
        if (file == null || !file.name.equals(record.file())) {
            file = new FileContents(record.file());
            file.firstSequence = sequence;
            file.firstMillis = atMillis;
            files.add(file);
            recordOffset = -1;
        }
        if (record.offset() != recordOffset) {
            recordOffset = record.offset();
            file.records++;
        }
        file.events++;
        file.lastSequence = sequence;
        file.lastMillis = atMillis;
    }

    List<FileContents> files() {
        return List.copyOf(files);
    }

    /** The latest {@link #BOOTS_KEPT} boots, oldest first. */
    List<Boot> boots() {
        return List.copyOf(boots);
    }

    long bootCount() {
        return bootCount;
    }

    long checkpoints() {
        return checkpoints;
    }

    long checkpointSequence() {
        return checkpointSequence;
    }

    long checkpointMillis() {
        return checkpointMillis;
    }

    long openAtCheckpoint() {
        return openAtCheckpoint;
    }
}
