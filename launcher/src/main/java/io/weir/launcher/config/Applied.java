package io.weir.launcher.config;

/** When a change of a key takes effect. */
public enum Applied {
    /** At once. */
    RELOAD("reload"),
    /** At once, unless nothing was intercepted at the start. */
    RELOAD_IF_INTERCEPTING("reload, if anything was intercepted at the start"),
    /** At once, unless there was or will be no certificate: with or without TLS is for the next start. */
    RELOAD_IF_SECURE("reload, while the gateway has a certificate"),
    /** With the next start. */
    RESTART("restart");

    private final String text;

    Applied(String text) {
        this.text = text;
    }

    /** For people. */
    public String text() {
        return text;
    }
}
