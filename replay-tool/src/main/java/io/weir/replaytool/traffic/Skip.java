package io.weir.replaytool.traffic;

import java.util.Locale;

/** Why a recorded exchange is not sent again. */
public enum Skip {
    /** Its method may change something. */
    UNSAFE_METHOD("its method may change something; --allow-unsafe sends it"),
    /** A secret was taken out of its URL. */
    SECRET_IN_URL("a secret was taken out of its URL when it was recorded"),
    /** Its body is not in the store. */
    NO_BODY("its request had a body that was not captured"),
    /** It was a WebSocket or a tunnel. */
    UPGRADED("it went on as a WebSocket or a tunnel"),
    /** It got no answer. */
    NOT_ANSWERED("it got no answer when it was recorded"),
    /** What was recorded is no URL. */
    NO_URL("its URL can't be requested");

    private final String text;

    Skip(String text) {
        this.text = text;
    }

    /** For people. */
    public String text() {
        return text;
    }

    /** For programs: {@code unsafe-method}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
