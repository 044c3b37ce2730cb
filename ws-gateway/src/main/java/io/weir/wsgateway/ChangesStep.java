package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weir.aggregator.SessionChanges;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * What brings some clients of the topic {@code changes} from one sequence to another, all of them at the same place in it.
 * Event loop of the gateway.
 *
 * <p>It is written part by part, as a client takes no more at once. Who falls behind goes on in a step of its own, from that
 * place: the rows are those of an immutable snapshot, however long it takes.
 */
final class ChangesStep {
    /**
     * What is said beside the rows.
     *
     * @param from the sequence that the clients are at
     * @param to the sequence that they are at when they have all parts
     * @param tick number of the tick that it is of
     * @param ticks how many it sums up; 0 if that is not known
     * @param reset why the clients are to forget what they have; null if they are not
     */
    record Head(
            String node,
            long from,
            long to,
            long tick,
            long ticks,
            @Nullable ResetReason reset) {}

    private final Head head;
    private final SessionChanges rows;
    private final Set<ChangesFollower> followers = new LinkedHashSet<>();
    private boolean hasRow;
    private boolean isBegun;

    ChangesStep(Head head, SessionChanges rows, Collection<ChangesFollower> followers) {
        this(head, rows, rows.next(), false, followers);
    }

    private ChangesStep(
            Head head, SessionChanges rows, boolean hasRow, boolean isBegun, Collection<ChangesFollower> followers) {
        this.head = head;
        this.rows = rows;
        this.hasRow = hasRow;
        this.isBegun = isBegun;
        for (ChangesFollower follower : followers) {
            this.followers.add(follower);
            follower.stepping(this);
        }
    }

    Head head() {
        return head;
    }

    /** Whoever takes part; a copy. */
    List<ChangesFollower> followers() {
        return new ArrayList<>(followers);
    }

    void remove(ChangesFollower follower) {
        followers.remove(follower);
    }

    /** Whether every part was written. */
    boolean isOver() {
        return isBegun && !hasRow;
    }

    /** Lets some of the clients wait at this place, in a step of their own. */
    void leaveBehind(Collection<ChangesFollower> slow) {
        followers.removeAll(slow);
        ChangesStep unused = new ChangesStep(head, rows.copy(), hasRow, isBegun, slow); // they have it
    }

    /**
     * The next part; the caller owns it.
     *
     * @param maxBytes size at which it takes no more rows, about
     */
    ByteBuf writePart(ByteBufAllocator allocator, int expectedBytes, int maxBytes) {
        ByteBuf buffer = allocator.buffer(expectedBytes);
        return Json.object(buffer, json -> writeFields(json, buffer, maxBytes));
    }

    private void writeFields(JsonGenerator json, ByteBuf buffer, int maxBytes) {
        json.writeStringProperty("type", "changes");
        json.writeStringProperty("node", head.node());
        json.writeNumberProperty("from", head.from());
        json.writeNumberProperty("seq", head.to());
        if (!isBegun) {
            writeBeginning(json);
        }
        json.writeArrayPropertyStart("data");
        while (hasRow && buffer.readableBytes() < maxBytes) {
            if (rows.isWhole()) {
                SessionRow.write(json, rows.info());
            } else {
                SessionRow.writeMoved(json, rows.info());
            }
            hasRow = rows.next();
        }
        json.writeEndArray();
        if (hasRow) {
            json.writeBooleanProperty("more", true);
        }
        isBegun = true;
    }

    private void writeBeginning(JsonGenerator json) {
        ResetReason reset = head.reset();
        if (reset != null) {
            json.writeBooleanProperty("reset", true);
            json.writeStringProperty("why", reset.text());
        }
        if (head.ticks() > 1) {
            json.writeNumberProperty("conflated", head.ticks());
        }
    }
}
