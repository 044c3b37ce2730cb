package io.weir.proxyengine;

import io.weir.eventbus.MessageFacts.Field;
import java.util.HashSet;
import java.util.Set;

/**
 * Replaces in URLs and fields what must not be written down. Immutable; any thread. Never throws, whatever it is given.
 *
 * <p>It knows secrets by the names that they go by, not by their looks: a secret in a path, or under a name that nobody lists, is kept.
 * In doubt, as where a value may end in two places, more is replaced rather than less.
 */
public final class Redaction {
    /** What stands for a secret. */
    public static final String REDACTED = "[redacted]";

    /** A URL has no more characters. */
    public static final int URL_CHARS = 4000;

    /** The value of a field has no more characters. */
    public static final int VALUE_CHARS = 2048;

    private static final int NAME_CHARS = 256;

    /** What comes after so many is not even looked at: nobody shall keep a loop busy with names to compare. */
    private static final int TAKEN_CHARS = 16 * 1024;

    /** Fields whose value is one URL. */
    private static final Set<String> URLS = Set.of(
            "referer",
            "location",
            "content-location",
            "destination",
            "x-original-url",
            "x-original-uri",
            "x-rewrite-url",
            "x-forwarded-uri",
            "host",
            ":path",
            ":authority");

    private static final Redaction DEFAULTS = new Redaction(SecretNames.FIELDS, SecretNames.PARAMETERS);

    private final Set<String> fields;
    private final Set<String> parameters;
    private final SecretNames fieldNames;
    private final UrlRedaction urls;

    /**
     * For these names. Case, hyphens and underscores make no difference, so {@code api_key} is also {@code apiKey}; one that starts
     * with {@code *} is the end of a name.
     *
     * @param fields names of header fields
     * @param parameters names of parameters in URLs
     */
    public Redaction(Set<String> fields, Set<String> parameters) {
        this.fields = Set.copyOf(fields);
        this.parameters = Set.copyOf(parameters);
        fieldNames = new SecretNames(fields);
        urls = new UrlRedaction(new SecretNames(parameters));
    }

    /** For the names that services use. */
    public static Redaction defaults() {
        return DEFAULTS;
    }

    /** For these names, too, wherever they are found. */
    public Redaction also(Set<String> names) {
        var moreFields = new HashSet<>(fields);
        var moreParameters = new HashSet<>(parameters);
        moreFields.addAll(names);
        moreParameters.addAll(names);
        return names.isEmpty() ? this : new Redaction(moreFields, moreParameters);
    }

    /** The URL or request target, or any part of one, without user information and values of secret parameters. */
    public String url(String url) {
        return Printable.cut(urls.redact(Printable.cut(url, TAKEN_CHARS)), URL_CHARS);
    }

    /** One field as it may be written down. */
    Field field(String name, String value) {
        return new Field(
                Printable.of(name, NAME_CHARS),
                Printable.of(redacted(name, Printable.cut(value, TAKEN_CHARS)), VALUE_CHARS));
    }

    private String redacted(String name, String value) {
        String lower = SecretNames.lower(name);
        if (fieldNames.has(lower)) {
            return switch (lower) {
                case "cookie" -> CookieRedaction.cookie(value);
                case "set-cookie" -> CookieRedaction.setCookie(value);
                default -> REDACTED;
            };
        }
        if (lower.equals("sec-websocket-protocol") && SecretNames.lower(value).contains("bearer")) {
            return REDACTED; // where browsers, which can't send Authorization with a WebSocket, have Kubernetes' tokens
        }
        return URLS.contains(lower) ? urls.redact(value) : urls.redactWithin(value);
    }
}
