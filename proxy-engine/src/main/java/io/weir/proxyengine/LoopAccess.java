package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.proxyengine.access.Credentials;
import io.weir.proxyengine.access.Desk;
import io.weir.proxyengine.access.Known;
import io.weir.proxyengine.access.Mark;
import io.weir.proxyengine.access.Verdict;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the proxy, as one event loop sees it: whom it asks, what it knows without waiting, how it turns away. That loop only; there is none where
 * everybody may.
 */
final class LoopAccess {
    /** Refusals that are recorded one by one in a second of this loop; more are summed up, as sessions tell of each anyway. */
    private static final int RECORDED_A_SECOND = 50;

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final HttpResponseStatus REQUIRED = HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED;

    private final EngineLoop loop;
    private final AccessConfig config;
    private final Desk desk;
    private final Refusal unnamed;
    private final Refusal wrong;
    private final Refusal several;
    private long secondBegan = System.nanoTime();
    private int recorded;
    private long unrecorded;

    LoopAccess(EngineLoop loop, AccessConfig config, Desk desk) {
        this.loop = loop;
        this.config = config;
        this.desk = desk;
        String challenge = "Proxy-Authenticate: Basic realm=\"" + config.realm() + "\", charset=\"UTF-8\"\r\n";
        unnamed = denied(REQUIRED, "this proxy asks for a user and a password", challenge);
        wrong = denied(REQUIRED, "user or password is wrong", challenge);
        several = Refusal.badRequest("a request has at most one Proxy-Authorization field");
    }

    private static Refusal denied(HttpResponseStatus status, String message, String fields) {
        return new Refusal(status, "http_request_denied", message, CloseReason.DENIED, fields);
    }

    /** Whether a client must say who it is. */
    boolean asks(Caller caller) {
        return config.asks(caller);
    }

    /** It has not said who it is. */
    Refusal unnamed() {
        return unnamed;
    }

    /** It has said who it is, or that it does not, to others than are asked now. */
    Refusal outdated() {
        return denied(REQUIRED, "users were changed meanwhile", "");
    }

    /** There is no such user, or the password is another; nobody is told which. */
    Refusal wrong() {
        return wrong;
    }

    /** What it said can be understood in more than one way. */
    Refusal several() {
        return several;
    }

    /** Why somebody is turned away whose credentials are not right, or were not looked at. */
    Refusal refusal(Verdict verdict) {
        return switch (verdict.outcome()) {
            case RIGHT -> throw new IllegalArgumentException("nobody is turned away who is right");
            case WRONG -> wrong;
            case TOO_EARLY ->
                denied(
                        HttpResponseStatus.TOO_MANY_REQUESTS,
                        "from this address have come too many wrong passwords",
                        "Retry-After: " + verdict.retrySeconds() + "\r\n");
            case NO_ROOM -> Refusal.overloaded("too many passwords wait to be checked");
        };
    }

    /** See {@link Desk#known}. */
    @Nullable Known known(Caller caller, Credentials credentials, @Nullable Known last) {
        return desk.known(caller.address().getAddress(), credentials, last);
    }

    /** See {@link Desk#mark}. */
    Mark mark(String sent) {
        return desk.mark(sent);
    }

    /** See {@link Desk#isStill}. */
    boolean isStill(Known known, Mark mark, String sent) {
        return desk.isStill(known, mark, sent);
    }

    /** Finds out who it is; the listener is called later, on this loop, and not at all if the engine ends before. */
    void check(Caller caller, Credentials credentials, Consumer<Verdict> listener) {
        desk.check(caller.address().getAddress(), credentials, loop.eventLoop(), listener);
    }

    /** Records that somebody was turned away. */
    void record(SessionMeter meter, Caller caller, String target, Refusal refusal) {
        if (refusal.reason() != CloseReason.DENIED) {
            return;
        }
        long now = System.nanoTime();
        if (now - secondBegan > SECOND_NANOS) {
            secondBegan = now;
            recorded = 0;
        }
        if (recorded == RECORDED_A_SECOND) {
            unrecorded++;
            return;
        }
        recorded++;
        String others = unrecorded == 0 ? "" : " (and " + unrecorded + " refusals before it that were not recorded)";
        unrecorded = 0;
        loop.ledger().recordRefusal(meter, caller.remote(), target, refusal.message() + others);
    }
}
