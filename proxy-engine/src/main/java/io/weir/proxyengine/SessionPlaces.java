package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.proxyengine.access.ClientSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many sessions are open, of everybody, of each user and of each client, where that is limited. One an engine, for all its loops; any thread.
 *
 * <p>It is no accounting: what the ledger shows is counted elsewhere. A session takes its places when it begins and gives them back when its meter is closed, which
 * happens once. Only what is limited is counted, so a session that began before there was a limit has no place. A number that is 0 is not kept, so there are never more
 * than there are open sessions.
 */
final class SessionPlaces {
    private static final String RETRY_SOON = "Retry-After: 5\r\n";

    private final AtomicInteger all = new AtomicInteger();
    private final ConcurrentMap<String, Integer> byUser = new ConcurrentHashMap<>();
    private final ConcurrentMap<Long, Integer> byClient = new ConcurrentHashMap<>();

    /**
     * Takes places for a session that is about to begin.
     *
     * @param now the limits of the configuration that the session names; sessions that are open stay, whatever it is
     * @return why it may not; null if it may
     */
    @Nullable Refusal enter(SessionMeter meter, Caller caller, SessionLimits now) {
        if (now.equals(SessionLimits.NONE)) {
            return null;
        }
        boolean isUserLimited = now.perUser() > 0 && !caller.user().isEmpty();
        boolean isClientLimited = now.perClient() > 0;
        Long client = isClientLimited ? ClientSource.of(caller.address().getAddress()) : null;
        String user = isUserLimited ? caller.user() : null;
        if (client != null && !tryAdd(byClient, client, now.perClient())) {
            return tooMany("this client has", now.perClient());
        }
        if (user != null && !tryAdd(byUser, user, now.perUser())) {
            leave(byClient, client);
            return tooMany("this user has", now.perUser());
        }
        boolean isCounted = now.all() > 0;
        if (isCounted && !tryAdd(now.all())) {
            leave(byUser, user);
            leave(byClient, client);
            return Refusal.overloaded("the proxy has " + now.all() + " sessions open, as many as it may");
        }
        meter.afterClose(
                () -> { // in reverse order, so that no sum is ever above what the others allow
                    if (isCounted) {
                        all.decrementAndGet();
                    }
                    leave(byUser, user);
                    leave(byClient, client);
                });
        return null;
    }

    private static Refusal tooMany(String who, int limit) {
        return new Refusal(
                HttpResponseStatus.TOO_MANY_REQUESTS,
                "http_request_denied",
                who + " " + limit + " sessions open, as many as it may",
                CloseReason.OVERLOADED,
                RETRY_SOON);
    }

    private static <K> boolean tryAdd(ConcurrentMap<K, Integer> table, K key, int limit) {
        boolean[] isFull = {false};
        table.compute(key, (same, open) -> {
            int before = open == null ? 0 : open;
            isFull[0] = before >= limit;
            return isFull[0] ? open : Integer.valueOf(before + 1);
        });
        return !isFull[0];
    }

    private boolean tryAdd(int limit) {
        int open;
        do {
            open = all.get();
            if (open >= limit) {
                return false;
            }
        } while (!all.compareAndSet(open, open + 1));
        return true;
    }

    private static <K> void leave(ConcurrentMap<K, Integer> table, @Nullable K key) {
        if (key != null) {
            table.computeIfPresent(key, (same, open) -> open == 1 ? null : Integer.valueOf(open - 1));
        }
    }

    /** How many are counted in all, for tests. */
    int open() {
        return all.get();
    }

    /** How many users and clients have places, for tests. */
    int keys() {
        return byUser.size() + byClient.size();
    }
}
