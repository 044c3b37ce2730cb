package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends steps of the topic {@code changes}, one part in each turn of the event loop, whoever it is for: a long step keeps
 * neither the loop nor other steps waiting. Event loop of the gateway.
 *
 * <p>A part is written once for all clients of a step that have room for it; the others stay at its beginning until they have,
 * so at most what fills a channel and one part are ever held for a client.
 */
final class ChangesPump {
    private static final Logger LOG = LoggerFactory.getLogger(ChangesPump.class);
    private static final int LEAST_BYTES = 1024;

    private final EventLoop loop;
    private final int maxPartBytes;
    private final Set<ChangesStep> ready = new LinkedHashSet<>();
    private @Nullable Future<?> turn;
    private int expectedBytes = LEAST_BYTES;

    ChangesPump(EventLoop loop, int maxPartBytes) {
        this.loop = loop;
        this.maxPartBytes = maxPartBytes;
    }

    /** Begins with a step. */
    void begin(ChangesStep step) {
        ready.add(step);
        takeTurns();
    }

    /** Goes on with the step of a client that has room again, if one is under way. */
    void goOn(ChangesFollower follower) {
        ChangesStep step = follower.step();
        if (step != null) {
            begin(step);
        }
    }

    /** A task that is due at once runs in the next turn of the loop; one that is merely executed may run in this one. */
    private void takeTurns() {
        if (turn == null && !ready.isEmpty()) {
            turn = loop.schedule(this::takeTurn, 0, TimeUnit.NANOSECONDS);
        }
    }

    private void takeTurn() {
        turn = null;
        Iterator<ChangesStep> first = ready.iterator();
        ChangesStep step = first.next();
        first.remove();
        try {
            sendPart(step);
        } catch (RuntimeException e) {
            LOG.error("a step of changes failed; its clients have to come again", e);
            step.followers().forEach(follower -> Farewell.cut(follower.client().channel()));
        }
        takeTurns();
    }

    private void sendPart(ChangesStep step) {
        List<ChangesFollower> slow = step.followers().stream()
                .filter(follower -> !follower.client().isReady())
                .toList();
        if (!slow.isEmpty()) {
            step.leaveBehind(slow);
        }
        List<ChangesFollower> followers = step.followers();
        if (followers.isEmpty() || step.isOver()) {
            return; // everybody waits for room, has left or has it all
        }
        ByteBuf part = step.writePart(followers.get(0).client().allocator(), expectedBytes, maxPartBytes);
        expectedBytes = Math.max(LEAST_BYTES, part.readableBytes() + part.readableBytes() / 8);
        long now = System.nanoTime();
        for (ChangesFollower follower : followers) {
            follower.heard(now);
            if (step.isOver()) {
                follower.arrived(step.head().to(), step.head().tick());
            }
            follower.client().send(Topic.CHANGES, part.retainedDuplicate());
        }
        part.release();
        if (!step.isOver()) {
            ready.add(step);
        }
    }
}
