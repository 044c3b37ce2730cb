package io.weir.aggregator.journal;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.CheckpointCounts;
import io.weir.eventbus.LedgerEvent.CheckpointCounts.Closed;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.ConservationViolated;
import io.weir.eventbus.LedgerEvent.InterceptionBypassed;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionIdsReserved;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Events of every kind with random contents, the same for the same seed. They tell no consistent story. */
final class RandomEvents {
    private final Random random;
    private final List<Supplier<LedgerEvent>> kinds = List.of(
            () -> new NodeStarted(text(), number(), text(), number(), number()),
            () -> new NodeStopped(number()),
            () -> new SessionIdsReserved(number()),
            this::opened,
            () -> new OriginConnected(number(), text()),
            () -> new BytesTransferred(number(), tally()),
            this::closed,
            () -> new ConnectionRefused(number(), text(), text(), text()),
            () -> new CommandReceived(text(), number(), text()),
            () -> new CommandReceived(text(), number(), text(), "why " + text()),
            () -> new ConfigChanged(number(), text(), text()),
            () -> new ConservationViolated(number(), text(), tally(), tally()),
            () -> new JournalGap(time(), time(), text(), tally()),
            () -> new CheckpointBegun(number(), number(), number(), number(), tally(), small()),
            () -> new CheckpointSession(opened(), time(), text(), tally()),
            () -> new CheckpointSession(opened(), time(), text(), tally(), route()),
            () -> new SessionRouted(number(), route()),
            () -> new CheckpointEnded(number()),
            this::counts,
            () -> new CheckpointConfig(number(), text()),
            () -> new ProtocolDetected(number(), protocol()),
            () -> new InterceptionBypassed(number(), text(), text(), text(), time()),
            this::seal,
            () -> new JournalPruned(
                    number() & Long.MAX_VALUE,
                    time(),
                    number() & Long.MAX_VALUE,
                    number() & Long.MAX_VALUE,
                    text(),
                    text()),
            this::exchange);

    RandomEvents(long seed) {
        random = new Random(seed);
    }

    int kinds() {
        return kinds.size();
    }

    LedgerEvent ofKind(int kind) {
        return kinds.get(kind).get();
    }

    LedgerEvent next() {
        return ofKind(random.nextInt(kinds.size()));
    }

    long time() {
        return random.nextInt(10) == 0 ? random.nextLong() : 1_700_000_000_000L + random.nextInt(1_000_000);
    }

    private SessionRoute route() {
        return new SessionRoute(1 + small(), text(), text());
    }

    private SessionOpened opened() {
        return new SessionOpened(number(), number(), protocol(), text(), text(), text(), text(), text());
    }

    private SessionClosed closed() {
        return new SessionClosed(number(), reason(), random.nextInt(2_000) - 1_000, tally());
    }

    private CheckpointCounts counts() {
        List<Closed> closed = new ArrayList<>();
        for (int i = random.nextInt(9); i > 0; i--) {
            closed.add(new Closed(protocol(), reason(), count()));
        }
        return new CheckpointCounts(count(), closed, count());
    }

    private CloseReason reason() {
        return CloseReason.ofCode(1 + random.nextInt(CloseReason.values().length));
    }

    private SessionProtocol protocol() {
        return SessionProtocol.ofCode(1 + random.nextInt(SessionProtocol.values().length));
    }

    private ExchangeCompleted exchange() {
        return new ExchangeCompleted(
                number(),
                number(),
                protocol(),
                text(),
                text(),
                text(),
                text(),
                random.nextInt(),
                text(),
                text(),
                text(),
                text(),
                message(),
                message(),
                tally(),
                tally(),
                new ExchangeTimes(time(), time(), -1, time(), time()),
                count(),
                count(),
                text());
    }

    private Seal seal() {
        return new Seal(count(), count(), count(), count(), text(), count(), hex(32), hex(32), hex(32), hex(64));
    }

    private String hex(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private MessageFacts message() {
        List<Field> fields = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            fields.add(new Field(text(), text()));
        }
        return new MessageFacts(fields, small(), count(), text(), text());
    }

    private Tally tally() {
        return new Tally(count(), count(), count(), count(), count(), count());
    }

    private long count() {
        return random.nextInt(3) == 0 ? 0 : random.nextLong() >>> (1 + random.nextInt(63));
    }

    private long number() {
        return random.nextLong() >>> random.nextInt(64);
    }

    private int small() {
        return random.nextInt() >>> (1 + random.nextInt(31));
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(30);
        for (int i = 0; i < length; i++) {
            int codePoint = random.nextInt(4) == 0 ? 0x1F600 + random.nextInt(64) : random.nextInt(0x2000);
            text.appendCodePoint(codePoint);
        }
        return text.toString();
    }
}
