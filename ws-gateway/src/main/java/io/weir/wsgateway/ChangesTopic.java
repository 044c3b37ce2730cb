package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.SessionChanges;
import io.weir.aggregator.Snapshot;
import io.weir.wsgateway.ChangesFollower.Need;
import io.weir.wsgateway.ClientCommand.Subscribe;
import io.weir.wsgateway.SnapshotReader.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The topic {@code changes}: brings each client from the sequence it is at to that of the newest snapshot, tick by tick, with
 * the sessions that changed in between. Event loop of the gateway.
 *
 * <p>Nothing is left out. A client that is still busy with a step when the tick comes gets all it missed in its next one; one that
 * comes back goes on where it was, if need be out of the journal, and only if that is too much is it told everything anew.
 */
final class ChangesTopic {
    /** Who was sent nothing for so many ticks is told that nothing happened. */
    private static final int HEARTBEAT_TICKS = 10;

    /** So many answers out of the journal are held at a time, until those they are for have taken them. */
    private static final int MAX_REPLAYS = 8;

    private static final int HEARTBEAT_BYTES = 128;

    /**
     * What a connection was told since it was told to forget all rows. A place outside of that is one that the client named before it
     * knew.
     */
    private record Told(long from, long upTo) {
        boolean has(long sequence) {
            return from <= sequence && sequence <= upTo;
        }
    }

    private final Ledger ledger;
    private final Ticker ticker;
    private final SnapshotReader ticks;
    private final SnapshotReader welcomes;
    private final ChangesPump pump;
    private final ClosedReplay replay;
    private final long heartbeatNanos;
    private final Map<Client, ChangesFollower> followers = new LinkedHashMap<>();
    private final Map<Client, Told> toldAnew = new HashMap<>();
    private long newest;
    private long generation;
    private long tick;

    ChangesTopic(EventLoop loop, Ledger ledger, GatewayLimits limits) {
        this.ledger = ledger;
        this.ticks = new SnapshotReader(loop, ledger, this::ticked);
        this.welcomes = new SnapshotReader(loop, ledger, this::welcome);
        this.ticker = new Ticker(loop, limits.connectionsPeriod(), ticks::read);
        this.pump = new ChangesPump(loop, limits.maxPartBytes());
        this.replay = new ClosedReplay(
                loop, (after, upTo, sink, control) -> ledger.history().closedBetween(after, upTo, sink, control));
        this.heartbeatNanos = HEARTBEAT_TICKS * limits.connectionsPeriod().toNanos();
    }

    /** A client subscribed anew, to this or to something else. Who wants this is served at once, from where it says. */
    void subscribed(Client client) {
        forget(client);
        if (client.wants(Topic.CHANGES)) {
            Subscribe asked = client.subscription();
            ChangesFollower follower = new ChangesFollower(client, asked.from(), System.nanoTime() - heartbeatNanos);
            Told told = toldAnew.get(client);
            if (asked.from() == 0 || (told != null && !told.has(asked.from()))) {
                follower.reset(ResetReason.NEW);
            } else if (!asked.node().isEmpty()
                    && !Generation.of(ledger.health(), ledger.latest()).hasShown(asked.from(), asked.node())) {
                follower.reset(ResetReason.OTHER_NODE);
            }
            followers.put(client, follower);
            welcomes.readIfIdle();
        }
        ticker.want(!followers.isEmpty());
    }

    /** A client has gone. */
    void left(Client client) {
        forget(client);
        toldAnew.remove(client);
        ticker.want(!followers.isEmpty());
    }

    /** A client has room again. */
    void roomChanged(Client client) {
        ChangesFollower follower = followers.get(client);
        if (follower != null && client.isReady()) {
            pump.goOn(follower);
        }
    }

    /** Reads the journal no more. */
    void end() {
        replay.close();
    }

    private void forget(Client client) {
        ChangesFollower follower = followers.remove(client);
        if (follower != null) {
            follower.leave();
        }
    }

    private String node(Snapshot snapshot) {
        return Generation.of(ledger.health(), snapshot).name();
    }

    private void ticked(Reading reading) {
        Snapshot snapshot = reading.snapshot();
        follow(snapshot);
        if (snapshot.sequence() > newest) {
            newest = snapshot.sequence();
            tick++;
        }
        serve(snapshot, free(false));
    }

    /** Between two ticks only who is new is served. */
    private void welcome(Reading reading) {
        follow(reading.snapshot());
        serve(reading.snapshot(), free(true));
    }

    /** A replay that was sent elsewhere begins with a new run of sequences: everybody is told everything anew. */
    private void follow(Snapshot snapshot) {
        if (snapshot.generation() != generation) {
            generation = snapshot.generation();
            newest = snapshot.sequence();
            tick++;
            followers.values().stream()
                    .filter(follower -> !follower.isNew() || follower.need().reset() == null)
                    .forEach(follower -> follower.startAgain(ResetReason.OTHER_NODE));
        }
    }

    private List<ChangesFollower> free(boolean onlyNew) {
        return followers.values().stream()
                .filter(follower -> follower.isFree() && (follower.isNew() || !onlyNew))
                .toList();
    }

    private void serve(Snapshot snapshot, List<ChangesFollower> free) {
        Map<Need, List<ChangesFollower>> byNeed = new LinkedHashMap<>();
        for (ChangesFollower follower : free) {
            if (follower.isNew() && follower.need().sequence() > snapshot.sequence()) {
                follower.reset(ResetReason.AHEAD);
            }
            byNeed.computeIfAbsent(follower.need(), need -> new ArrayList<>()).add(follower);
        }
        byNeed.forEach((need, group) -> serve(snapshot, need, group));
    }

    private void serve(Snapshot snapshot, Need need, List<ChangesFollower> group) {
        if (need.reset() != null) {
            begin(snapshot, need, StepRows.everything(snapshot), group);
        } else if (need.sequence() >= snapshot.sequence()) {
            group.forEach(follower -> follower.arrived(need.sequence(), tick));
            beat(snapshot, need.sequence(), group);
        } else if (need.sequence() >= snapshot.closedFloor()) {
            begin(snapshot, need, snapshot.changesAfter(need.sequence()), group);
        } else {
            replay(snapshot, need, group);
        }
    }

    private void begin(Snapshot snapshot, Need need, SessionChanges rows, List<ChangesFollower> group) {
        boolean isReset = need.reset() != null;
        long ticksSince = isReset || need.tick() == Need.UNKNOWN ? 0 : tick - need.tick();
        long from = isReset ? 0 : need.sequence();
        long to = snapshot.sequence();
        for (ChangesFollower follower : group) {
            if (isReset) {
                toldAnew.put(follower.client(), new Told(to, to));
            } else {
                toldAnew.computeIfPresent(follower.client(), (client, told) -> new Told(told.from(), to));
            }
        }
        pump.begin(new ChangesStep(
                new ChangesStep.Head(node(snapshot), from, to, tick, ticksSince, need.reset()), rows, group));
    }

    /** Says to who has heard nothing for long that there was nothing. */
    private void beat(Snapshot snapshot, long sequence, List<ChangesFollower> group) {
        long now = System.nanoTime();
        String node = node(snapshot);
        for (ChangesFollower follower : group) {
            if (follower.isQuietFor(heartbeatNanos, now)) {
                ByteBuf message = Json.object(follower.client().allocator(), HEARTBEAT_BYTES, json -> {
                    json.writeStringProperty("type", "changes");
                    json.writeStringProperty("node", node);
                    json.writeNumberProperty("from", sequence);
                    json.writeNumberProperty("seq", sequence);
                    json.writeArrayPropertyStart("data");
                    json.writeEndArray();
                });
                follower.heard(now);
                follower.client().send(Topic.CHANGES, message);
            }
        }
    }

    /** What closed between the place of these clients and what the snapshot holds is in the journal only. */
    private void replay(Snapshot snapshot, Need need, List<ChangesFollower> group) {
        long held = followers.values().stream()
                .mapToLong(ChangesFollower::replayedFrom)
                .filter(from -> from > 0)
                .distinct()
                .count();
        if (held >= MAX_REPLAYS) {
            group.forEach(follower -> follower.reset(ResetReason.TOO_OLD));
            return;
        }
        group.forEach(ChangesFollower::replaying);
        replay.read(
                need.sequence(),
                snapshot.closedFloor(),
                () -> !group.stream().allMatch(ChangesFollower::isGone),
                closed -> replayed(snapshot, need, group, closed));
    }

    /** Who is told everything instead is served with the next tick. */
    private void replayed(
            Snapshot snapshot, Need need, List<ChangesFollower> group, Optional<List<ClosedSession>> closed) {
        if (snapshot.generation() != generation) {
            return; // they were told everything anew
        }
        List<ChangesFollower> waiting =
                group.stream().filter(follower -> !follower.isGone()).toList();
        if (closed.isEmpty()) {
            waiting.forEach(follower -> follower.reset(ResetReason.TOO_OLD));
        } else if (!waiting.isEmpty()) {
            begin(snapshot, need, StepRows.replayed(closed.get(), snapshot, need.sequence()), waiting);
        }
    }
}
