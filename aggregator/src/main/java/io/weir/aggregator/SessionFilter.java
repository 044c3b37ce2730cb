package io.weir.aggregator;

import io.weir.eventbus.SessionProtocol;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions somebody wants to see or to close. Immutable. What is empty, null or 0 asks for nothing.
 *
 * @param text part of host, URL, client, user, method or the id itself; case does not matter
 * @param host part of the host; case does not matter
 * @param client part of the client's address
 * @param user the whole name
 * @param fromMillis sessions that ended before are left out, in ms since the epoch
 * @param toMillis sessions that began then or later are left out
 */
public record SessionFilter(
        String text,
        String host,
        String client,
        String user,
        @Nullable SessionProtocol protocol,
        long fromMillis,
        long toMillis) {
    /** Every session. */
    public static final SessionFilter ALL = new SessionFilter("", "", "", "", null, 0, 0);

    /** Lower-cases what is compared without case. */
    public SessionFilter {
        text = text.toLowerCase(Locale.ROOT);
        host = host.toLowerCase(Locale.ROOT);
    }

    /** Whether a session is wanted. */
    public boolean matches(ConnectionInfo session) {
        return (protocol == null || session.protocol() == protocol)
                && (user.isEmpty() || session.user().equals(user))
                && (fromMillis == 0 || session.isOpen() || session.closedAtMillis() >= fromMillis)
                && (toMillis == 0 || session.openedAtMillis() < toMillis)
                && session.remote().contains(client)
                && contains(session.host(), host)
                && (text.isEmpty() || hasText(session));
    }

    private boolean hasText(ConnectionInfo session) {
        return contains(session.host(), text)
                || contains(session.url(), text)
                || contains(session.remote(), text)
                || contains(session.user(), text)
                || contains(session.method(), text)
                || Long.toString(session.id()).equals(text);
    }

    private static boolean contains(String whole, String part) {
        return part.isEmpty() || whole.toLowerCase(Locale.ROOT).contains(part);
    }
}
