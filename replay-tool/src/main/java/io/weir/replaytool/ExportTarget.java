package io.weir.replaytool;

import io.weir.aggregator.journal.EnoughException;
import java.io.IOException;
import java.io.Writer;

/** Where an export goes. One thread. */
interface ExportTarget extends AutoCloseable {
    /** Takes the rows. */
    Writer writer();

    /** How far the export is. */
    ExportMark mark();

    /** All events up to this one are written: what was written so far shall stay, if there is reason enough to make sure of it. */
    void reached(long sequence, long atMillis, long rows) throws IOException;

    /** All is written but the tail. */
    void finish(String tail) throws IOException;

    @Override
    void close() throws IOException;

    /** The standard output: nothing stays, and nothing can be resumed. */
    static ExportTarget of(CommandOutput out, ExportMark begin) {
        return new ExportTarget() {
            private ExportMark mark = begin;

            @Override
            public Writer writer() {
                return out;
            }

            @Override
            public ExportMark mark() {
                return mark;
            }

            @Override
            public void reached(long sequence, long atMillis, long rows) {
                mark = mark.with(sequence, atMillis, rows, 0, false);
                if (out.isClosed()) {
                    throw new EnoughException();
                }
            }

            @Override
            public void finish(String tail) {
                out.print(tail);
                out.flush();
            }

            @Override
            public void close() {
                out.flush();
            }
        };
    }
}
