package io.weir.replaytool;

import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.replaytool.SessionParts.Part;
import java.util.Locale;
import java.util.Optional;

/** What an audit can add sessions up by. */
enum Grouping {
    /** One group. */
    ALL(0),
    /** Each session. */
    SESSION(0),
    /** The client's address, without its port. */
    CLIENT(0),
    /** Who the client authenticated as. */
    USER(0),
    /** The authority that was asked for. */
    HOST(0),
    /** What was spoken. */
    PROTOCOL(0),
    /** The hour (UTC) in which bytes were journaled. */
    HOUR(3_600_000),
    /** The day (UTC). */
    DAY(86_400_000);

    private static final int MINUTE_CHARS = "2026-11-23T14:00".length();
    private static final int DAY_CHARS = "2026-11-23".length();

    private final long spanMillis;

    Grouping(long spanMillis) {
        this.spanMillis = spanMillis;
    }

    /** How long a span of time is that this groups by; 0 if it groups by something else. */
    long spanMillis() {
        return spanMillis;
    }

    /** The group of a session's part. */
    String keyOf(Part part) {
        return switch (this) {
            case ALL -> "all";
            case SESSION -> Long.toString(part.session().id());
            case CLIENT -> address(part.session().remote());
            case USER -> part.session().user();
            case HOST -> part.session().host();
            case PROTOCOL -> part.session().protocol().label();
            case HOUR, DAY -> span(part.spanMillis());
        };
    }

    /** The group of a refusal; empty if it tells of none. */
    Optional<String> keyOf(ConnectionRefused refused, long atMillis) {
        return switch (this) {
            case ALL -> Optional.of("all");
            case SESSION ->
                refused.sessionId() == 0 ? Optional.empty() : Optional.of(Long.toString(refused.sessionId()));
            case CLIENT -> Optional.of(address(refused.remote()));
            case HOST -> Optional.of(refused.target());
            case HOUR, DAY -> Optional.of(span(atMillis));
            case USER, PROTOCOL -> Optional.empty();
        };
    }

    private String span(long atMillis) {
        String time = Figures.time(atMillis);
        return this == DAY ? time.substring(0, DAY_CHARS) : time.substring(0, MINUTE_CHARS - 2) + "00Z";
    }

    /** A client's address, without its port. */
    static String address(String remote) {
        int port = remote.lastIndexOf(':');
        return port < 0 ? remote : remote.substring(0, port);
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
