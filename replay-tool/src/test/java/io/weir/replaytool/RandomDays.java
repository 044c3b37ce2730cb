package io.weir.replaytool;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import io.weir.replaytool.SeededJournal.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a node might journal in some hours, at random under a seed: plain exchanges, tunnels, intercepted ones with exchanges in them, refusals,
 * crashes, a gap, a clock that steps back, hostile names.
 */
final class RandomDays {
    static final String HOSTILE_HOST = "=cmd|'/c'!A1\u001B[2J\u202E,\"x\".example";

    private static final class Open {
        final SessionOpened opened;
        Tally sum = Tally.ZERO;
        boolean isIntercepted;

        Open(SessionOpened opened) {
            this.opened = opened;
        }
    }

    private final Random random;
    private final boolean withCheckpoints;
    private final List<Step> steps = new ArrayList<>();
    private final List<Open> open = new ArrayList<>();
    private long nowMillis = TestLedger.BEGIN_MILLIS;
    private long nextId = 1;
    private long boot = 1;

    private RandomDays(long seed, boolean withCheckpoints) {
        this.random = new Random(seed);
        this.withCheckpoints = withCheckpoints;
    }

    /** About so many events, over some hours. */
    static List<Step> steps(long seed, int count, boolean withCheckpoints) {
        RandomDays days = new RandomDays(seed, withCheckpoints);
        days.add(new NodeStarted("node", 1, "1.2.3", 1, 1_000_000));
        while (days.steps.size() < count) {
            days.step();
        }
        return days.steps;
    }

    private void step() {
        int dice = random.nextInt(1_000);
        nowMillis += dice < 20 ? 900_000 : random.nextInt(5_000);
        if (dice < 3) {
            nowMillis -= 600_000;
        }
        if (dice < 10 && withCheckpoints) {
            add(SeededJournal.CHECKPOINT);
        } else if (dice < 13) {
            crash();
        } else if (dice < 20) {
            add(new ConnectionRefused(0, "10.0.0.9:1", "secret.example:443", "denied by rule"));
        } else if (dice < 22) {
            add(new JournalGap(nowMillis - 1_000, nowMillis, "disk full", Tally.ZERO));
        } else if (open.isEmpty() || dice < 150) {
            open();
        } else if (dice < 250) {
            close(open.get(random.nextInt(open.size())));
        } else if (dice < 255) {
            add(new SessionRouted(
                    any().opened.sessionId(), new SessionRoute(1 + random.nextInt(9), "r" + random.nextInt(4), "")));
        } else if (dice < 280) {
            add(new OriginConnected(any().opened.sessionId(), "198.51.100.1:" + random.nextInt(65_536)));
        } else {
            move(any());
        }
    }

    private Open any() {
        return open.get(random.nextInt(open.size()));
    }

    private void open() {
        long id = nextId++;
        Open tunnel = open.isEmpty() ? null : any();
        if (tunnel != null && tunnel.isIntercepted) {
            open.add(new Open(opened(id, tunnel.opened.sessionId(), SessionProtocol.HTTPS_MITM, "GET")));
        } else if (random.nextBoolean()) {
            open.add(new Open(opened(id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL")));
        } else {
            open.add(new Open(opened(id, 0, SessionProtocol.HTTP, "GET")));
        }
        Open last = open.get(open.size() - 1);
        add(last.opened);
        if (last.opened.protocol() == SessionProtocol.HTTPS_TUNNEL && random.nextInt(3) == 0) {
            move(last);
            add(new ProtocolDetected(id, SessionProtocol.HTTPS_MITM));
            last.isIntercepted = true;
        }
    }

    private SessionOpened opened(long id, long parentId, SessionProtocol protocol, String method) {
        String host = random.nextInt(10) == 0 ? HOSTILE_HOST : "host" + random.nextInt(20) + ".example:443";
        return new SessionOpened(
                id,
                parentId,
                protocol,
                method,
                host,
                "https://" + host + "/" + random.nextInt(5),
                "10.0.0." + random.nextInt(5) + ":" + random.nextInt(65_536),
                random.nextBoolean() ? "" : "user" + random.nextInt(4));
    }

    private void move(Open session) {
        Tally delta = new Tally(bytes(), bytes(), bytes(), bytes(), bytes(), bytes());
        session.sum = session.sum.plus(delta);
        add(new BytesTransferred(session.opened.sessionId(), delta));
    }

    private long bytes() {
        return random.nextInt(3) == 0 ? 0 : random.nextInt(100_000);
    }

    private void close(Open session) {
        List<Open> inside = open.stream()
                .filter(each -> each != session && each.opened.parentId() == session.opened.sessionId())
                .toList();
        inside.forEach(this::close);
        boolean isExchange = !session.opened.isRoot();
        if (isExchange) {
            add(exchange(session));
        }
        open.remove(session);
        add(new SessionClosed(
                session.opened.sessionId(), CloseReason.ofCode(1 + random.nextInt(16)), 200, session.sum));
    }

    private ExchangeCompleted exchange(Open session) {
        SessionOpened opened = session.opened;
        return new ExchangeCompleted(
                opened.sessionId(),
                opened.parentId(),
                opened.protocol(),
                opened.remote(),
                opened.host(),
                "GET",
                opened.url() + "?a=1&b=%20x&token=…",
                200,
                "HTTP/2",
                "HTTP/1.1",
                "198.51.100.1:443",
                "0f",
                new MessageFacts(List.of(new Field("Accept", "*/*"), new Field("Cookie", "…")), 0, 0, "", ""),
                new MessageFacts(List.of(new Field("Content-Type", "text/plain")), 1, 11, "", ""),
                session.sum,
                session.sum,
                new ExchangeTimes(nowMillis - 100, 1_500, ExchangeTimes.NEVER, 30_000, 40_000),
                0,
                0,
                "");
    }

    /** The node dies; the next start closes what was open, children first. */
    private void crash() {
        nextId += 1_000_000;
        add(new NodeStarted("node", ++boot, "1.2.3", nextId, nextId + 1_000_000));
        open.sort((a, b) -> Boolean.compare(a.opened.isRoot(), b.opened.isRoot()));
        for (Open session : open) {
            add(new SessionClosed(session.opened.sessionId(), CloseReason.NODE_CRASHED, 0, session.sum));
        }
        open.clear();
    }

    private void add(LedgerEvent event) {
        steps.add(new Step(nowMillis, event));
    }
}
