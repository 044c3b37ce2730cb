package io.weir.aggregator;

import io.weir.aggregator.SessionPage.Facts;
import io.weir.eventbus.Counts;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The open sessions in the order of opening, in pages that are copied when first written after a publication. One
 * thread; what {@link #publish()} returns is immutable and for any thread.
 *
 * <p>A row is taken at the end when a session opens and left empty when it closes. When more than half the rows are
 * empty the table is written anew without them, so it never holds more than twice what is open (plus a constant), and
 * each open or close pays for a constant share of that.
 */
final class SessionTable {
    private static final int SLACK_ROWS = 4 * SessionPage.ROWS;

    private final LongIntMap rowById = new LongIntMap();
    private SessionPage[] pages = new SessionPage[0];
    private @Nullable UserUsage[] usages = new UserUsage[0]; // by row; no snapshot has them
    private int rows;
    private long epoch;

    int size() {
        return rowById.size();
    }

    /** The session's row, or {@link LongIntMap#ABSENT}. A row is valid until the next {@link #add}. */
    int rowOf(long sessionId) {
        return rowById.get(sessionId);
    }

    /** Adds a session that is not in the table, by the event of that sequence. */
    int add(Facts facts, long sequence) {
        if (rows >= 2 * size() + SLACK_ROWS) {
            compact();
        }
        int row = newRow();
        writable(row).setFacts(inPage(row), facts, sequence);
        rowById.put(facts.opened().sessionId(), row);
        return row;
    }

    private int newRow() {
        int row = rows++;
        if (row >> SessionPage.ROWS_SHIFT == pages.length) {
            pages = Arrays.copyOf(pages, pages.length + 1);
            pages[pages.length - 1] = new SessionPage(epoch);
            usages = Arrays.copyOf(usages, pages.length << SessionPage.ROWS_SHIFT);
        }
        return row;
    }

    Facts facts(int row) {
        Facts facts = page(row).facts(inPage(row));
        if (facts == null) {
            throw new IllegalStateException("row " + row + " is empty");
        }
        return facts;
    }

    void replaceFacts(int row, Facts facts, long sequence) {
        writable(row).setFacts(inPage(row), facts, sequence);
    }

    /** Where the bytes of the row's session count besides; null if nowhere. */
    @Nullable UserUsage usage(int row) {
        return usages[row];
    }

    void usage(int row, @Nullable UserUsage usage) {
        usages[row] = usage;
    }

    void read(int row, Counts into) {
        page(row).read(inPage(row), into);
    }

    void write(int row, Counts from, long sequence) {
        writable(row).write(inPage(row), from, sequence);
    }

    void remove(int row) {
        rowById.remove(facts(row).opened().sessionId());
        writable(row).clear(inPage(row));
        usages[row] = null;
    }

    void clear() {
        rowById.clear();
        pages = new SessionPage[0];
        usages = new UserUsage[0];
        rows = 0;
    }

    /** The rows in order, as open sessions. */
    void forEach(Consumer<ConnectionInfo> reader) {
        forEach(pages, reader);
    }

    /** The pages as they are now; from here on the table copies each before it writes to it. */
    SessionPage[] publish() {
        epoch++;
        return pages.clone();
    }

    static void forEach(SessionPage[] pages, Consumer<ConnectionInfo> reader) {
        for (SessionPage page : pages) {
            for (int i = 0; i < SessionPage.ROWS; i++) {
                Facts facts = page.facts(i);
                if (facts != null) {
                    reader.accept(SessionPage.info(facts, page.tally(i)));
                }
            }
        }
    }

    static @Nullable ConnectionInfo find(SessionPage[] pages, long id) {
        for (SessionPage page : pages) {
            for (int i = 0; i < SessionPage.ROWS; i++) {
                Facts facts = page.facts(i);
                if (facts != null && facts.opened().sessionId() == id) {
                    return SessionPage.info(facts, page.tally(i));
                }
            }
        }
        return null;
    }

    private void compact() {
        SessionPage[] old = pages;
        @Nullable UserUsage[] oldUsages = usages;
        clear();
        for (int p = 0; p < old.length; p++) {
            SessionPage page = old[p];
            for (int i = 0; i < SessionPage.ROWS; i++) {
                Facts facts = page.facts(i);
                if (facts != null) {
                    int row = newRow();
                    writable(row).take(inPage(row), page, i);
                    usages[row] = oldUsages[(p << SessionPage.ROWS_SHIFT) + i];
                    rowById.put(facts.opened().sessionId(), row);
                }
            }
        }
    }

    private SessionPage page(int row) {
        return pages[row >> SessionPage.ROWS_SHIFT];
    }

    private SessionPage writable(int row) {
        int index = row >> SessionPage.ROWS_SHIFT;
        SessionPage page = pages[index];
        if (!page.isWritableIn(epoch)) {
            page = page.copy(epoch);
            pages[index] = page;
        }
        return page;
    }

    private static int inPage(int row) {
        return row & (SessionPage.ROWS - 1);
    }
}
