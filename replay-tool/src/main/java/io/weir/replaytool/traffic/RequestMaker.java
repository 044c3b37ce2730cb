package io.weir.replaytool.traffic;

import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.MessageFacts.Field;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the request of a recorded exchange anew, or says why not. Any thread.
 *
 * <p>Fields are sent as they were recorded but for those that the client makes itself for a connection, and those whose value was secret:
 * the latter can be given by options. {@code Host} is that of the recording, also when the request goes to another origin.
 */
final class RequestMaker {
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "connection",
            "content-length",
            "expect",
            "http2-settings",
            "keep-alive",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private final SendOptions options;
    private final Bodies bodies;

    RequestMaker(SendOptions options, Bodies bodies) {
        this.options = options;
        this.bodies = bodies;
    }

    /** There is no such body, so there is no such request. */
    static final class NoBodyException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Why it is not to be sent, if that shows without its body. */
    Optional<Skip> skip(Recording recording) {
        ExchangeCompleted it = recording.exchange();
        if (recording.isUpgraded()) {
            return Optional.of(Skip.UPGRADED);
        }
        if (!recording.isSafe() && !options.allowsUnsafe()) {
            return Optional.of(Skip.UNSAFE_METHOD);
        }
        if (recording.hasSecretInUrl()) {
            return Optional.of(Skip.SECRET_IN_URL);
        }
        if (it.status() == 0) {
            return Optional.of(Skip.NOT_ANSWERED);
        }
        return Optional.empty();
    }

    /**
     * Makes the request.
     *
     * @throws NoBodyException if its body was not captured, or is not what it was
     * @throws IOException if its body can't be read
     * @throws IllegalArgumentException if what was recorded can't be requested
     */
    HttpRequest request(Recording recording) throws IOException, NoBodyException {
        ExchangeCompleted it = recording.exchange();
        HttpRequest.Builder request = HttpRequest.newBuilder(target(it.url()))
                .version(recording.isHttp2() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .timeout(options.timeout())
                .method(it.method(), body(it));
        Set<String> given = new HashSet<>();
        for (Field field : options.fields()) {
            given.add(field.name().toLowerCase(Locale.ROOT));
            request.header(field.name(), field.value());
        }
        for (Field field : it.request().fields()) {
            String name = field.name().toLowerCase(Locale.ROOT);
            boolean isSent = !name.startsWith(":")
                    && !OF_THE_CONNECTION.contains(name)
                    && !given.contains(name)
                    && !Recording.isReplaced(field.value());
            if (isSent) {
                request.header(field.name(), field.value());
            }
        }
        return request.build();
    }

    private URI target(String url) {
        try {
            URI recorded = new URI(url);
            URI origin = options.origin();
            if (origin == null) {
                return recorded;
            }
            String path = recorded.getRawPath() == null ? "" : recorded.getRawPath();
            String query = recorded.getRawQuery() == null ? "" : "?" + recorded.getRawQuery();
            return new URI(origin.getScheme() + "://" + origin.getRawAuthority() + path + query);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private BodyPublisher body(ExchangeCompleted it) throws IOException, NoBodyException {
        if (it.request().bodyBytes() == 0) {
            return BodyPublishers.noBody();
        }
        Path file = bodies.find(it.request().bodySha256()).orElseThrow(NoBodyException::new);
        if (it.request().value("Content-Length").isEmpty()
                && it.clientProtocol().equals("HTTP/1.1")) {
            return BodyPublishers.ofInputStream(
                    () -> { // in chunks, as it was
                        try {
                            return Files.newInputStream(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
        return BodyPublishers.ofFile(file);
    }
}
