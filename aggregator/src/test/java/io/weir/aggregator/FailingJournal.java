package io.weir.aggregator;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.Journal;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.TestJournal.Raw;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A real journal that fails when told to, and remembers what it was given. */
final class FailingJournal implements Journal, Aggregator.JournalFactory {
    enum Fault {
        NONE,
        /** The append fails and nothing is written. */
        BEFORE_WRITING,
        /** The append is written and then fails. */
        AFTER_WRITING,
        /** Nothing can be written or opened. */
        DEAD
    }

    private final List<Raw> appended = Collections.synchronizedList(new ArrayList<>());
    private volatile Fault fault = Fault.NONE;
    private volatile boolean syncFails;
    private volatile boolean turnsAndFailsNext;
    private volatile boolean isTurning;
    private @Nullable Journal journal;

    @Override
    public Journal open(JournalLock lock, JournalPosition end, LongSupplier clockMillis) {
        journal = ChronicleJournal.open(lock, end, clockMillis);
        return this;
    }

    void fail(Fault next) {
        fault = next;
        isTurning = false;
    }

    /** After the next append the journal turns to a new file, and can't be written. */
    void turnAndFailAfterNext() {
        turnsAndFailsNext = true;
    }

    void failSync(boolean fails) {
        syncFails = fails;
    }

    /** Every record that the journal took. */
    List<Raw> appended() {
        return List.copyOf(appended);
    }

    @Override
    public void append(long firstSequence, byte[] bytes, int offset, int length) throws IOException {
        Fault now = fault;
        if (now == Fault.NONE || now == Fault.AFTER_WRITING) {
            real().append(firstSequence, bytes, offset, length);
            appended.add(new Raw(firstSequence, Arrays.copyOfRange(bytes, offset, offset + length)));
        }
        if (now == Fault.AFTER_WRITING) {
            fault = Fault.DEAD;
        }
        if (now != Fault.NONE) {
            throw new IOException("no space left");
        }
        if (turnsAndFailsNext) {
            turnsAndFailsNext = false;
            isTurning = true;
            fault = Fault.BEFORE_WRITING;
        }
    }

    @Override
    public boolean isTurning() {
        return isTurning || real().isTurning();
    }

    @Override
    public JournalPosition lastRecord() {
        return real().lastRecord();
    }

    @Override
    public void sync() throws IOException {
        if (syncFails) {
            throw new IOException("input/output error");
        }
        real().sync();
    }

    @Override
    public long reopen() throws IOException {
        if (fault != Fault.NONE) {
            throw new IOException("still no space left");
        }
        return real().reopen();
    }

    @Override
    public void close() throws IOException {
        real().close();
    }

    private Journal real() {
        Journal opened = journal;
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        return opened;
    }
}
