package io.weir.aggregator.history;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.RecordedExchange;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a journal says, kept whole in memory and found by looking at all of it: the model that the history is compared with. */
final class ToldStory implements EventSink {
    record Moved(long atMillis, Tally delta) {}

    /** A session as it goes on. */
    static final class Life {
        final SessionOpened opened;
        final long openedAtMillis;
        final List<Moved> moved = new ArrayList<>();
        SessionOpened facts;
        String originAddress = "";
        SessionRoute route = SessionRoute.NONE;
        Tally sum = Tally.ZERO;
        long closedAtMillis;

        Life(SessionOpened opened, long openedAtMillis) {
            this.opened = opened;
            this.facts = opened;
            this.openedAtMillis = openedAtMillis;
        }
    }

    final Map<Long, Life> lives = new LinkedHashMap<>();
    final List<ClosedSession> closed = new CopyOnWriteArrayList<>(); // read by tests while a story goes on
    final List<RecordedExchange> exchanges = new ArrayList<>();

    List<Life> open() {
        return lives.values().stream().filter(life -> life.closedAtMillis == 0).toList();
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        if (event instanceof SessionOpened opened) {
            lives.put(opened.sessionId(), new Life(opened, atMillis));
        } else if (event instanceof OriginConnected connected) {
            life(connected.sessionId()).originAddress = connected.address();
        } else if (event instanceof SessionRouted routed) {
            life(routed.sessionId()).route = routed.route();
        } else if (event instanceof ProtocolDetected detected) {
            Life life = life(detected.sessionId());
            SessionOpened was = life.facts;
            life.facts = new SessionOpened(
                    was.sessionId(),
                    0,
                    detected.protocol(),
                    "CONNECT",
                    was.host(),
                    was.url(),
                    was.remote(),
                    was.user());
        } else if (event instanceof SessionClosed end) {
            closed(sequence, atMillis, end);
        } else if (event instanceof ExchangeCompleted exchange) {
            exchanges.add(new RecordedExchange(sequence, atMillis, exchange));
        }
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        Life life = life(sessionId);
        life.moved.add(new Moved(atMillis, delta.toTally()));
        life.sum = life.sum.plus(delta.toTally());
    }

    private Life life(long id) {
        Life life = lives.get(id);
        if (life == null) {
            throw new IllegalStateException("no session " + id);
        }
        return life;
    }

    private void closed(long sequence, long atMillis, SessionClosed end) {
        Life life = life(end.sessionId());
        life.closedAtMillis = atMillis;
        SessionOpened facts = life.facts;
        closed.add(new ClosedSession(
                sequence,
                new ConnectionInfo(
                        facts.sessionId(),
                        facts.parentId(),
                        facts.protocol(),
                        facts.method(),
                        facts.host(),
                        facts.url(),
                        facts.remote(),
                        facts.user(),
                        life.originAddress,
                        life.openedAtMillis,
                        life.sum,
                        atMillis,
                        end.reason(),
                        end.status(),
                        life.route)));
    }
}
