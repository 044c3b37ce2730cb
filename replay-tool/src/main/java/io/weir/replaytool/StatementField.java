package io.weir.replaytool;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * What a signed statement says, in its order. The labels are those of both of its forms.
 *
 * <p>A value is a string here, whatever its kind, and written in one way only, so that the same statement has the same bytes.
 */
enum StatementField {
    VERSION("weirStatement", Kind.NUMBER),
    STATUS("status", Kind.WORD),
    MADE("made", Kind.TIME),
    NODE("node", Kind.TEXT),
    SUBJECT("subject", Kind.WORD),
    NAME("name", Kind.TEXT),
    FROM("from", Kind.TIME, true),
    TO("to", Kind.TIME, true),
    FIRST_SEQUENCE("firstSequence", Kind.NUMBER, true),
    LAST_SEQUENCE("lastSequence", Kind.NUMBER, true),
    THROUGH_SEQUENCE("throughSequence", Kind.NUMBER),
    WAITING("waiting", Kind.NUMBER),
    SESSIONS("sessions", Kind.NUMBER),
    OPENED("opened", Kind.NUMBER),
    ENDED("ended", Kind.NUMBER),
    OPEN("open", Kind.NUMBER),
    CRASHED("crashed", Kind.NUMBER),
    REFUSED("refused", Kind.NUMBER),
    UP("up", Kind.NUMBER),
    DOWN("down", Kind.NUMBER),
    OVERHEAD_UP("overheadUp", Kind.NUMBER),
    OVERHEAD_DOWN("overheadDown", Kind.NUMBER),
    ORIGIN_UP("originUp", Kind.NUMBER),
    ORIGIN_DOWN("originDown", Kind.NUMBER),
    UNDELIVERED_UP("undeliveredUp", Kind.NUMBER, true),
    UNDELIVERED_DOWN("undeliveredDown", Kind.NUMBER, true),
    STARTS("starts", Kind.NUMBER),
    CRASHES("crashes", Kind.NUMBER),
    GAPS("gaps", Kind.NUMBER),
    PARENT("parentId", Kind.NUMBER, true),
    PROTOCOL("protocol", Kind.WORD, true),
    REMOTE("remote", Kind.TEXT, true),
    USER("user", Kind.TEXT, true),
    HOST("host", Kind.TEXT, true),
    OPENED_AT("openedAt", Kind.TIME, true),
    CLOSED_AT("closedAt", Kind.TIME, true),
    REASON("reason", Kind.WORD, true),
    SEAL_SEQUENCE("sealSequence", Kind.NUMBER),
    SEAL_TIME("sealTime", Kind.TIME),
    SEAL_DIGEST("sealDigest", Kind.HEX),
    KEY("key", Kind.HEX);

    /** How a value is written. */
    enum Kind {
        NUMBER(Pattern.compile("0|-?[1-9]\\d{0,18}")),
        TIME(Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z")),
        WORD(Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}")),
        HEX(Pattern.compile("[0-9a-f]{64}")),
        TEXT(Pattern.compile("(?s).*"));

        private final Pattern form;

        Kind(Pattern form) {
            this.form = form;
        }

        boolean takes(String value) {
            if (!form.matcher(value).matches()) {
                return false;
            }
            try {
                return switch (this) {
                    case NUMBER -> Long.toString(Long.parseLong(value)).equals(value);
                    case TIME ->
                        Figures.time(Instant.parse(value).toEpochMilli()).equals(value);
                    case WORD, HEX, TEXT -> true;
                };
            } catch (NumberFormatException | DateTimeException e) {
                return false;
            }
        }
    }

    private final String label;
    private final Kind kind;
    private final boolean isOptional;

    StatementField(String label, Kind kind) {
        this(label, kind, false);
    }

    StatementField(String label, Kind kind, boolean isOptional) {
        this.label = label;
        this.kind = kind;
        this.isOptional = isOptional;
    }

    String label() {
        return label;
    }

    Kind kind() {
        return kind;
    }

    /** Whether there may be no value. */
    boolean isOptional() {
        return isOptional;
    }
}
