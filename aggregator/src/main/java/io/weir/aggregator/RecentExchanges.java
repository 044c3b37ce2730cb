package io.weir.aggregator;

import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges that were journaled last, in memory, for who wants to see them as they come. The aggregator thread adds, after
 * the journal has them and the fold; any thread reads. Nobody waits for anybody.
 *
 * <p>It holds at most {@link #MAX_HELD} of them and about {@link #MAX_BYTES}, and of further {@value #MAX_REMEMBERED} only that
 * they were, so that a reader who comes late is told how many passed by. At a start it gets those that recovery reads: the ones since the last checkpoint.
 *
 * <p>A linked list that grows at one end: the writer links a complete node with one volatile write, and lets go of the
 * oldest by moving {@code oldest}. A reader that is under way on what was let go finds its way on all the same.
 */
public final class RecentExchanges implements EventSink {
    /** So many exchanges are held at most. */
    public static final int MAX_HELD = 2_000;

    /** Exchanges are held up to about this size in memory. */
    public static final long MAX_BYTES = 8L << 20;

    static final int MAX_REMEMBERED = 8_000;

    private static final int FIXED_BYTES = 1_024;
    private static final int FIELD_BYTES = 96;

    /**
     * What came after a sequence.
     *
     * @param exchanges in the order of the journal
     * @param missed how many came after that sequence and before the first of these, and are not held any more
     * @param more whether there are more behind the last of these
     */
    public record Page(List<RecordedExchange> exchanges, long missed, boolean more) {
        /** Copies the list. */
        public Page {
            exchanges = List.copyOf(exchanges);
        }
    }

    private static final class Node {
        final long sequence;

        volatile @Nullable RecordedExchange held;

        volatile @Nullable Node next;

        Node(long sequence, @Nullable RecordedExchange held) {
            this.sequence = sequence;
            this.held = held;
        }
    }

    private final ArrayDeque<Node> heldNodes = new ArrayDeque<>(); // the writer's
    private volatile Node oldest = new Node(0, null);
    private volatile long newestSequence;
    private Node newest = oldest;
    private long bytes;
    private int remembered;

    /** Starts empty. */
    public RecentExchanges() {}

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        if (event instanceof ExchangeCompleted exchange && sequence > newestSequence) {
            add(new RecordedExchange(sequence, atMillis, exchange));
        }
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}

    private void add(RecordedExchange recorded) {
        Node node = new Node(recorded.sequence(), recorded);
        newest.next = node;
        newest = node;
        heldNodes.add(node);
        bytes += recorded.estimatedBytes();
        newestSequence = recorded.sequence();
        while (heldNodes.size() > MAX_HELD || (bytes > MAX_BYTES && heldNodes.size() > 1)) {
            letGoOfOldest();
        }
    }

    private void letGoOfOldest() {
        Node node = heldNodes.remove();
        RecordedExchange held = node.held;
        if (held != null) {
            bytes -= held.estimatedBytes();
        }
        node.held = null;
        if (++remembered > MAX_REMEMBERED) {
            Node after = oldest.next;
            if (after != null) {
                oldest = after;
                remembered--;
            }
        }
    }

    /** The sequence of the newest exchange; 0 if there is none yet. */
    public long newestSequence() {
        return newestSequence;
    }

    /**
     * The first exchanges after a sequence.
     *
     * @param after whatever the reader saw last; 0 for all that are held
     * @param upTo the last sequence to be answered
     * @param limit how many to answer at most
     */
    public Page after(long after, long upTo, int limit) {
        List<RecordedExchange> found = new ArrayList<>();
        long missed = 0;
        for (Node node = oldest.next; node != null && node.sequence <= upTo; node = node.next) {
            if (node.sequence <= after) {
                continue;
            }
            RecordedExchange held = node.held;
            if (held == null) {
                missed += 1 + found.size(); // what was found before it is as old: the writer is overtaking
                found.clear();
            } else if (found.size() == limit) {
                return new Page(found, missed, true);
            } else {
                found.add(held);
            }
        }
        return new Page(found, missed, false);
    }

    /** The last exchanges up to a sequence, in the order of the journal. */
    public List<RecordedExchange> latest(long upTo, int limit) {
        ArrayDeque<RecordedExchange> found = new ArrayDeque<>();
        for (Node node = oldest.next; node != null && node.sequence <= upTo; node = node.next) {
            RecordedExchange held = node.held;
            if (held != null) {
                found.add(held);
            }
            if (found.size() > limit) {
                found.remove();
            }
        }
        return List.copyOf(found);
    }

    /** What an exchange takes in memory, about. */
    static long estimatedBytes(ExchangeCompleted exchange) {
        return FIXED_BYTES
                + exchange.url().length()
                + exchange.host().length()
                + exchange.error().length()
                + estimatedBytes(exchange.request())
                + estimatedBytes(exchange.response());
    }

    private static long estimatedBytes(MessageFacts message) {
        long bytes = message.bodyNote().length();
        for (Field field : message.fields()) {
            bytes += FIELD_BYTES + field.name().length() + field.value().length();
        }
        return bytes;
    }
}
