package io.weir.replaytool.traffic;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An HTTP/1.1 origin that answers with recorded responses. Any thread; at most {@value #THREADS} requests at once.
 *
 * <p>A request is answered with the response of the recorded one with the same method, host, path and query; the host makes no difference if no recording
 * is of that host. Several recordings of the same are answered in their order, and the last one again and again. Framing is made anew, and fields that
 * were secret are left out.
 */
public final class ResponseServer implements AutoCloseable {
    private static final int THREADS = 32;
    private static final Set<String> OF_THE_CONNECTION = Set.of(
            "connection",
            "content-length",
            "date",
            "keep-alive",
            "proxy-connection",
            "trailer",
            "transfer-encoding",
            "upgrade");

    static {
        // read once, by the server's static initializers: otherwise each body waits 40 ms for its head to be
        // acknowledged
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final Map<String, Deque<Recording>> byKey = new HashMap<>();
    private final Bodies bodies;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();

    private ResponseServer(HttpServer server, Bodies bodies, List<Recording> inOrder) {
        this.server = server;
        this.bodies = bodies;
        for (Recording each : inOrder) {
            add(each);
        }
    }

    /**
     * Begins to answer.
     *
     * @throws IOException if the address can't be listened on
     */
    public static ResponseServer start(InetSocketAddress address, List<Recording> inOrder, Bodies bodies)
            throws IOException {
        ResponseServer origin = new ResponseServer(HttpServer.create(address, 0), bodies, inOrder);
        origin.server.createContext("/", origin::answer);
        origin.server.setExecutor(origin.threads);
        origin.server.start();
        return origin;
    }

    private void add(Recording recording) {
        ExchangeCompleted it = recording.exchange();
        if (recording.isUpgraded() || it.status() < 200) {
            return;
        }
        try {
            URI url = new URI(it.url());
            String target = target(url);
            keep(key(it.method(), String.valueOf(url.getRawAuthority()), target), recording);
            keep(key(it.method(), "", target), recording);
        } catch (URISyntaxException e) {
            return; // nobody can ask for it
        }
    }

    private void keep(String key, Recording recording) {
        byKey.computeIfAbsent(key, each -> new ArrayDeque<>()).add(recording);
    }

    private static String key(String method, String host, String target) {
        return method + ' ' + host.toLowerCase(Locale.ROOT) + ' ' + target;
    }

    private static String target(URI url) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + '?' + url.getRawQuery();
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** How many requests were answered as recorded. */
    public long answered() {
        return answered.get();
    }

    /** How many requests had no recording, or none with a body. */
    public long unknown() {
        return unknown.get();
    }

    private synchronized Optional<Recording> next(String method, String host, String target) {
        Deque<Recording> known = byKey.get(key(method, host, target));
        if (known == null) {
            known = byKey.get(key(method, "", target));
        }
        if (known == null) {
            return Optional.empty();
        }
        return Optional.of(known.size() > 1 ? known.remove() : known.element());
    }

    private void answer(HttpExchange request) throws IOException {
        try (request) {
            request.getRequestBody().transferTo(OutputStream.nullOutputStream());
            String host = request.getRequestHeaders().getFirst("Host");
            Optional<Recording> found =
                    next(request.getRequestMethod(), host == null ? "" : host, target(request.getRequestURI()));
            if (found.isEmpty()) {
                refuse(request, 404, "no such exchange was recorded\n");
            } else {
                answer(request, found.get().exchange());
            }
        }
    }

    private void answer(HttpExchange request, ExchangeCompleted it) throws IOException {
        MessageFacts response = it.response();
        Optional<Path> body = bodies.find(response.bodySha256());
        boolean hasBody = response.bodyBytes() > 0 && !it.method().equals("HEAD");
        if (hasBody && body.isEmpty()) {
            refuse(request, 502, "the body of the recorded response was not captured\n");
            return;
        }
        for (Field field : response.fields()) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (!name.startsWith(":") && !OF_THE_CONNECTION.contains(name) && !Recording.isReplaced(field.value())) {
                request.getResponseHeaders().add(field.name(), field.value());
            }
        }
        if (!hasBody) {
            request.sendResponseHeaders(it.status(), -1);
        } else {
            request.sendResponseHeaders(it.status(), Files.size(body.get()));
            try (OutputStream out = request.getResponseBody()) {
                Files.copy(body.get(), out);
            }
        }
        answered.incrementAndGet();
    }

    private void refuse(HttpExchange request, int status, String why) throws IOException {
        unknown.incrementAndGet();
        byte[] text = why.getBytes(StandardCharsets.UTF_8);
        request.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        boolean isHead = request.getRequestMethod().equals("HEAD");
        request.sendResponseHeaders(status, isHead ? -1 : text.length);
        if (!isHead) {
            request.getResponseBody().write(text);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
