package io.weir.wsgateway;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths of the HTTP API, as {@code /api/openapi.json} describes them. Where two fit a path, the first one has it.
 *
 * <p>{@code {…}} stands for one part of a path, as it was sent: escapes in it are not undone.
 */
enum Endpoint {
    HEALTH("/healthz"),
    READY("/readyz"),
    METRICS("/metrics"),
    BUILD("/api/build"),
    DESCRIPTION("/api/openapi.json"),
    TOTALS("/api/totals"),
    SESSIONS("/api/sessions"),
    CLOSE("/api/sessions/close"),
    SESSION("/api/sessions/{id}"),
    TIMELINE("/api/sessions/{id}/timeline"),
    EXCHANGES("/api/exchanges"),
    PAST("/api/history/state"),
    REPLAY("/api/replay"),
    CONFIG("/api/config"),
    RULES("/api/rules"),
    RULES_TEST("/api/rules/test"),
    BODY("/api/bodies/{sha256}");

    /**
     * What a path means.
     *
     * @param part what stands where the path has {@code {…}}; empty if it has none
     */
    record Match(Endpoint endpoint, String part) {}

    private final String path;
    private final Pattern pattern;

    Endpoint(String path) {
        this.path = path;
        this.pattern = Pattern.compile(path.replace(".", "\\.").replaceAll("\\{[a-z0-9]+}", "([^/]+)"));
    }

    /** Its path, with names in braces for what may vary. */
    String path() {
        return path;
    }

    /** Whether it carries out commands alone: it takes {@code POST} with a body, and no other method. */
    boolean isCommand() {
        return this == CLOSE || this == RULES_TEST;
    }

    /** Whether a request of that method is a command, which may have a body. */
    boolean isCommandBy(HttpMethod method) {
        return switch (this) {
            case CLOSE, REPLAY, RULES_TEST -> method.equals(HttpMethod.POST);
            case CONFIG -> method.equals(HttpMethod.PUT);
            default -> false;
        };
    }

    /** The longest body of a command. */
    int maxBodyBytes() {
        return this == CONFIG ? ConfigApi.MAX_BODY_BYTES : CommandsApi.MAX_BODY_BYTES;
    }

    /** Whether a command's body may be YAML, too. */
    boolean takesYaml() {
        return this == CONFIG;
    }

    /** What is at that path, if anything is. */
    static Optional<Match> at(String rawPath) {
        for (Endpoint endpoint : values()) {
            Matcher matcher = endpoint.pattern.matcher(rawPath);
            if (matcher.matches()) {
                return Optional.of(new Match(endpoint, matcher.groupCount() == 0 ? "" : matcher.group(1)));
            }
        }
        return Optional.empty();
    }

    /** Whether failures at that path are told as JSON. */
    static boolean speaksJson(String target) {
        return target.startsWith("/api/") || target.startsWith("/readyz");
    }
}
