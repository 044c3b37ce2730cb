package io.weir.proxyengine;

import io.netty.channel.EventLoop;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionIds;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.proxyengine.rules.CompiledRule;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one event loop has to say to the ledger: opens its sessions, and records what else there is. That loop only. */
final class LoopLedger {
    /** Ids that no client's session gets, so that each loop has one for its overload session. */
    private static final long IDS_KEPT = 1024;

    private static final Logger log = LoggerFactory.getLogger(LoopLedger.class);

    private final EventLoop loop;
    private final EventBus bus;
    private final LoopPublisher publisher;
    private SessionRoute unruled;

    LoopLedger(EventLoop loop, EventBus bus, long configVersion) {
        this.loop = loop;
        this.bus = bus;
        publisher = new LoopPublisher(
                bus, (task, delay) -> loop.schedule(task, delay, TimeUnit.MILLISECONDS), System::currentTimeMillis);
        unruled = SessionRoute.under(configVersion);
    }

    /** Under which version of the configuration sessions are opened from now on. */
    void configVersion(long version) {
        unruled = SessionRoute.under(version);
    }

    /** Opens a root session. A tunnel is its own parent; an exchange has none, and is likely to be over in a moment. */
    SessionMeter open(SessionProtocol protocol, String method, String host, String url, Caller caller) {
        return open(protocol, method, host, url, caller.remote(), caller.user());
    }

    /** Opens a root session of no client; it has no host and no address. */
    SessionMeter openNobodys(String method) {
        return open(SessionProtocol.HTTP, method, "", "", "", "");
    }

    private SessionMeter open(
            SessionProtocol protocol, String method, String host, String url, String remote, String user) {
        long id = nextId();
        boolean isTunnel = protocol == SessionProtocol.HTTPS_TUNNEL;
        var opened = new SessionOpened(id, isTunnel ? id : 0, protocol, method, host, url, remote, user);
        return isTunnel ? publisher.open(opened, unruled) : publisher.openSoon(opened, unruled);
    }

    /** Opens the session of an exchange in an intercepted tunnel; it is likely to be over in a moment. */
    SessionMeter openChild(
            SessionMeter parent, SessionProtocol protocol, String method, String host, String url, Caller caller) {
        return publisher.openSoon(
                new SessionOpened(nextId(), parent.id(), protocol, method, host, url, caller.remote(), caller.user()),
                sameWay(parent));
    }

    private SessionRoute sameWay(SessionMeter parent) {
        String upstream = parent.route().upstream();
        return upstream.isEmpty() ? unruled : new SessionRoute(unruled.configVersion(), "", upstream);
    }

    private long nextId() {
        long id = bus.sessionIds().next();
        if (id == SessionIds.NONE) {
            throw new IllegalStateException("no session id is left: the ledger has reserved no more");
        }
        return id;
    }

    /** Records that something was denied; if by a rule, its name, and counts that. */
    void recordRefusal(SessionMeter meter, String remote, String target, Refusal refusal) {
        CompiledRule rule = refusal.rule();
        if (rule == null) {
            recordRefusal(meter, remote, target, refusal.message());
        } else {
            rule.count();
            meter.routed(rule.name(), meter.route().upstream());
            recordRefusal(meter, remote, target, "rule " + rule.name());
        }
    }

    void recordRefusal(SessionMeter meter, String remote, String target, String reason) {
        publisher.publish(meter, new ConnectionRefused(meter.id(), remote, target, reason));
    }

    /** Records an event that names a session, after what that has to say. */
    void record(SessionMeter named, LedgerEvent event) {
        publisher.publish(named, event);
    }

    /** Records an event of no session. */
    void record(LedgerEvent event) {
        publisher.publish(event);
    }

    /**
     * The same, and does something when the event has its place in the ring, so that whatever that leads to stands behind it: with the next task, or, if the ring is
     * full, when there is room.
     */
    void record(LedgerEvent event, Runnable afterwards) {
        publisher.publish(event, () -> {
            try {
                loop.execute(afterwards);
            } catch (RejectedExecutionException stopped) {
                log.debug("an event was recorded when the loop had stopped");
            }
        });
    }

    /** Why the ledger takes no more sessions; null if it does. */
    @Nullable String refusal() {
        String refusal = bus.admission().refusal();
        if (refusal == null && publisher.isBacklogged()) {
            refusal = "the ledger is behind";
        }
        if (refusal == null && bus.sessionIds().left() < IDS_KEPT) {
            refusal = "the ledger has not reserved more session ids yet";
        }
        return refusal;
    }

    /** Whether it takes sessions and what was said before has gone out: then there is room for what need not be said. */
    boolean hasRoom() {
        return bus.admission().refusal() == null && publisher.waiting() == 0;
    }

    /** How much waits for the ledger's thread here. Any thread. */
    int waiting() {
        return publisher.waiting();
    }

    /** Offers again all that waits. */
    void publishPending() {
        publisher.publishPending();
    }

    /** Whether something was not said yet. */
    boolean hasPending() {
        return publisher.hasPending();
    }
}
