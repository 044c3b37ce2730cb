package io.weir.replaytool.traffic;

import io.weir.replaytool.traffic.RequestMaker.NoBodyException;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Sends recorded requests again, each when its time has come, and compares the answers. One run; the caller's thread keeps the time, the
 * HTTP client's threads do the rest.
 *
 * <p>Requests go out in the order in which they came. As it was means: each at its time, and those of one HTTP/1.1 connection one after the
 * other, as they were, so one that is answered late delays its followers. They need not be on one connection again.
 */
public final class TrafficSender {
    private static final int AT_ONCE = 1_024; // at most, also when more were
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final long NANOS_PER_MILLI = 1_000_000;

    static {
        // read once, by the client's static initializers: otherwise a request can't be for one host and go to another
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
    }

    private final SendOptions options;
    private final RequestMaker requests;
    private final Comparison comparison;
    private final Consumer<Sent> results;
    private final LongSupplier nanoTime;
    private final HttpClient client;
    private final int atOnce;
    private final Semaphore free;
    private final Map<String, CompletableFuture<?>> connections = new HashMap<>();
    private volatile boolean isStopped;

    /** @param results told of each, one at a time, on any thread, in the order in which they are over */
    public TrafficSender(SendOptions options, Bodies bodies, Consumer<Sent> results) {
        this.options = options;
        this.requests = new RequestMaker(options, bodies);
        this.comparison = new Comparison(options.ignoredFields());
        this.results = results;
        this.nanoTime = System::nanoTime;
        this.atOnce = options.concurrency() == 0 ? AT_ONCE : Math.min(AT_ONCE, options.concurrency());
        this.free = new Semaphore(atOnce);
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).followRedirects(HttpClient.Redirect.NEVER);
        if (options.tls() != null) {
            builder.sslContext(options.tls());
        }
        // a proxy that the system names would be where nobody asked for one
        builder.proxy(options.through() == null ? HttpClient.Builder.NO_PROXY : ProxySelector.of(options.through()));
        this.client = builder.build();
    }

    /** Sends all, and returns when the last one is over. */
    public void send(List<Recording> inOrder) {
        long begun = nanoTime.getAsLong();
        for (Recording each : inOrder) {
            if (isStopped) {
                break;
            }
            Optional<Skip> skip = requests.skip(each);
            if (skip.isPresent()) {
                tell(Sent.skipped(each, skip.get()));
            } else {
                sendInTime(each, begun + offsetNanos(each, inOrder.get(0)));
            }
        }
        free.acquireUninterruptibly(atOnce);
    }

    /** Sends no more. Any thread. */
    public void stop() {
        isStopped = true;
    }

    private long offsetNanos(Recording recording, Recording first) {
        if (options.speed().isMax()) {
            return 0;
        }
        double millis = recording.startedAtMillis() - first.startedAtMillis();
        return (long) (millis * NANOS_PER_MILLI / options.speed().factor());
    }

    private void sendInTime(Recording recording, long dueNanos) {
        long wait;
        while ((wait = dueNanos - nanoTime.getAsLong()) > 0 && !isStopped) {
            LockSupport.parkNanos(Math.min(wait, TimeUnit.MILLISECONDS.toNanos(100)));
        }
        free.acquireUninterruptibly();
        boolean isInTurn = options.concurrency() == 0 && !recording.isHttp2();
        CompletableFuture<?> before = isInTurn ? connections.get(recording.connection()) : null;
        CompletableFuture<?> over = before == null
                ? sendNow(recording, dueNanos)
                : before.thenCompose(done -> sendNow(recording, dueNanos));
        if (isInTurn) {
            connections.values().removeIf(CompletableFuture::isDone);
            connections.put(recording.connection(), over);
        }
    }

    /** Is never done with an exception; the place among those that are sent at once is free then. */
    private CompletableFuture<?> sendNow(Recording recording, long dueNanos) {
        long begun = nanoTime.getAsLong();
        long lateMicros = options.speed().isMax() ? 0 : Math.max(0, begun - dueNanos) / 1_000;
        CompletableFuture<HttpResponse<Answer>> answer = ask(recording);
        return answer.copy()
                .orTimeout(options.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, failure) -> {
                    answer.cancel(true); // it may have run out of time, and would go on
                    long micros = (nanoTime.getAsLong() - begun) / 1_000;
                    return failure == null
                            ? answered(recording, response, lateMicros, micros)
                            : unanswered(recording, cause(failure), lateMicros, micros);
                })
                .thenAccept(this::tell)
                .handle((told, failure) -> {
                    free.release();
                    return null;
                });
    }

    private CompletableFuture<HttpResponse<Answer>> ask(Recording recording) {
        try {
            return client.sendAsync(requests.request(recording), head -> new Answer.Subscriber());
        } catch (IOException | NoBodyException | RuntimeException e) { // of what was recorded anything may be refused
            return CompletableFuture.failedFuture(e);
        }
    }

    private Sent answered(Recording recording, HttpResponse<Answer> response, long lateMicros, long micros) {
        List<Difference> differences = comparison.differences(recording, response);
        return new Sent(recording, Optional.empty(), "", response.statusCode(), differences, lateMicros, micros);
    }

    private static Sent unanswered(Recording recording, Throwable cause, long lateMicros, long micros) {
        if (cause instanceof NoBodyException) {
            return Sent.skipped(recording, Skip.NO_BODY);
        }
        if (cause instanceof IllegalArgumentException) {
            return Sent.skipped(recording, Skip.NO_URL);
        }
        return Sent.failed(recording, reason(cause), lateMicros, micros);
    }

    private static Throwable cause(Throwable failure) {
        Throwable inner = failure.getCause();
        return failure instanceof CompletionException && inner != null ? inner : failure;
    }

    private static String reason(Throwable cause) {
        String name = cause.getClass().getSimpleName();
        return cause.getMessage() == null ? name : name + ": " + cause.getMessage();
    }

    private void tell(Sent sent) {
        synchronized (results) {
            results.accept(sent);
        }
    }
}
