package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.history.ToldStory.Life;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells a random story of several hours to a real journal: sessions of all kinds, some long, exchanges, checkpoints, checkpoints that break
 * off, idle hours, outages of the disk, and crashes. The same for the same seed. One thread.
 */
final class StoryTeller implements AutoCloseable {
    static final long BEGIN_MILLIS = 1_700_000_000_000L;

    private static final long HOUR_MILLIS = 3_600_000;

    final ToldStory story = new ToldStory();
    private final LedgerFold fold = new LedgerFold(); // for what a checkpoint states beside the sessions
    private final Path folder;
    private final Random random;
    private final AtomicLong clock = new AtomicLong(BEGIN_MILLIS);
    private final List<SessionOpened> open = new ArrayList<>(); // also those that wait to be flushed
    private RecordingJournal journal;
    private long nextId = 1;
    private long boot = 1;

    StoryTeller(Path folder, long seed) {
        this.folder = folder;
        this.random = new Random(seed);
        this.journal = RecordingJournal.open(folder, clock);
        started();
    }

    private void started() {
        nextId += random.nextInt(50);
        journal.add(new NodeStarted("node", boot++, "test", nextId, nextId + (1 << 20)));
        flush();
    }

    long now() {
        return clock.get();
    }

    long sequence() {
        return journal.sequence();
    }

    void tell(int steps) {
        for (int i = 0; i < steps; i++) {
            clock.addAndGet(random.nextInt(15_000));
            step(random.nextInt(1_000));
        }
        flush();
    }

    private void step(int dice) {
        if (dice < 120 || open.isEmpty()) {
            opens();
        } else if (dice < 220) {
            closes(random.nextInt(60) == 0 ? 0 : open.size() - 1 - random.nextInt((open.size() + 3) / 4));
        } else if (dice < 250) {
            journal.add(new OriginConnected(any(), "192.0.2." + random.nextInt(200) + ":443"));
        } else if (dice < 255) {
            journal.add(routed(any()));
        } else if (dice < 300) {
            completes(any());
        } else if (dice < 306) {
            checkpoints();
        } else if (dice < 307) {
            crashes();
        } else if (dice < 310) {
            clock.addAndGet(random.nextLong(3 * HOUR_MILLIS)); // idle; or an outage, if something waits
        } else if (dice < 500) {
            flush();
        } else {
            journal.add(new BytesTransferred(any(), tally(50_000)));
        }
    }

    private SessionRouted routed(long id) {
        return new SessionRouted(
                id,
                new SessionRoute(
                        1 + random.nextInt(300),
                        random.nextBoolean() ? "rule " + random.nextInt(9) : "",
                        random.nextInt(4) == 0 ? "hop" + random.nextInt(3) : ""));
    }

    private long any() {
        return open.get(random.nextInt(open.size())).sessionId();
    }

    private Tally tally(int bound) {
        long up = random.nextInt(bound) + 1L;
        return new Tally(
                up, random.nextInt(bound), random.nextInt(100), random.nextInt(100), up, random.nextInt(bound));
    }

    private void opens() {
        long id = nextId++;
        List<SessionOpened> tunnels =
                open.stream().filter(SessionOpened::isRoot).toList();
        boolean isChild = !tunnels.isEmpty() && random.nextInt(3) == 0;
        long parent = isChild ? tunnels.get(random.nextInt(tunnels.size())).sessionId() : random.nextBoolean() ? id : 0;
        SessionProtocol protocol = isChild
                ? SessionProtocol.HTTPS_MITM
                : random.nextBoolean() ? SessionProtocol.HTTPS_TUNNEL : SessionProtocol.HTTP;
        SessionOpened opened = new SessionOpened(
                id,
                parent,
                protocol,
                random.nextBoolean() ? "GET" : "POST",
                "Host" + random.nextInt(12) + ".example:443",
                "http://host.example/" + id,
                "10.0.0." + random.nextInt(9) + ":" + (1_024 + random.nextInt(60_000)),
                random.nextInt(3) == 0 ? "user" + random.nextInt(3) : "");
        open.add(opened);
        journal.add(opened);
        if (random.nextInt(3) > 0) {
            journal.add(routed(id));
        }
        if (protocol == SessionProtocol.HTTPS_TUNNEL && random.nextInt(3) == 0) {
            journal.add(new ProtocolDetected(id, SessionProtocol.HTTPS_MITM));
        }
    }

    private void closes(int index) {
        SessionOpened opened = open.get(index);
        for (SessionOpened child : List.copyOf(open)) {
            if (child.parentId() == opened.sessionId() && child.sessionId() != opened.sessionId()) {
                close(child, CloseReason.COMPLETED);
            }
        }
        close(opened, CloseReason.ofCode(1 + random.nextInt(15)));
    }

    private void close(SessionOpened opened, CloseReason reason) {
        open.remove(opened);
        flush(); // the story has the sum then
        Life life = story.lives.get(opened.sessionId());
        journal.add(new SessionClosed(
                opened.sessionId(), reason, random.nextInt(600), life == null ? Tally.ZERO : life.sum));
        if (random.nextInt(4) == 0) {
            completes(opened.sessionId());
        }
    }

    private void completes(long id) {
        MessageFacts nothing = new MessageFacts(List.of(), 0, 0, "", "");
        journal.add(new ExchangeCompleted(
                id,
                random.nextInt(3) == 0 ? 0 : any(id),
                SessionProtocol.HTTPS_MITM,
                "10.0.0.1:5",
                "Host" + random.nextInt(12) + ".example:443",
                random.nextBoolean() ? "GET" : "POST",
                "https://host.example/" + id,
                100 + random.nextInt(500),
                "HTTP/2",
                "HTTP/1.1",
                "192.0.2.1:443",
                "",
                nothing,
                nothing,
                Tally.ZERO,
                Tally.ZERO,
                new ExchangeTimes(clock.get(), 1, 2, 3, 4),
                0,
                0,
                random.nextInt(5) == 0 ? "Reset by origin" : ""));
    }

    private long any(long otherwise) {
        return open.isEmpty() ? otherwise : any();
    }

    private void checkpoints() {
        flush();
        writeCheckpoint(random.nextInt(4) == 0);
        if (random.nextBoolean()) {
            writeHint();
        }
    }

    private void writeCheckpoint(boolean breaksOff) {
        List<Life> lives = story.open();
        long begin = journal.sequence() + 1;
        journal.add(new CheckpointBegun(
                fold.boot(),
                fold.idsReservedBelow(),
                fold.sessionsOpened(),
                fold.violationsRecorded(),
                fold.totals(),
                lives.size()));
        for (Life life : breaksOff ? lives.subList(0, lives.size() / 2) : lives) {
            journal.add(
                    new CheckpointSession(life.facts, life.openedAtMillis, life.originAddress, life.sum, life.route));
        }
        if (!breaksOff) {
            journal.add(new CheckpointEnded(begin));
        }
        flush();
    }

    /** True if the last record is a whole checkpoint; else a hint that is wrong, as far as anybody can tell. */
    private void writeHint() {
        try {
            new CheckpointHint(journal.lastRecord(), "node").write(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void crashes() {
        flush();
        if (random.nextBoolean()) {
            writeCheckpoint(true);
        }
        journal.close();
        journal = RecordingJournal.open(folder, clock);
        started();
        List<SessionOpened> left = new ArrayList<>(open);
        Collections.reverse(left);
        left.forEach(opened -> close(opened, CloseReason.NODE_CRASHED));
        flush();
    }

    private void flush() {
        journal.flush(new EventSink() {
            @Override
            public void event(long sequence, long atMillis, LedgerEvent event) {
                story.event(sequence, atMillis, event);
                fold.event(sequence, atMillis, event);
            }

            @Override
            public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
                story.transferred(sequence, atMillis, sessionId, delta);
                fold.transferred(sequence, atMillis, sessionId, delta);
            }
        });
    }

    @Override
    public void close() {
        journal.close();
    }
}
