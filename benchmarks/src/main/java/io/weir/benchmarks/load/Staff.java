package io.weir.benchmarks.load;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The clients of a run: one crew for each kind and event loop. Owned by the thread that runs it. */
final class Staff {
    private static final int RESETS_AFTER_BYTES = 300_000;

    /** Of those that are together: few carry bulk, or there would be no time for anything else. */
    private static final List<Kind> MIX = List.of(
            Kind.DOWN,
            Kind.UP,
            Kind.BOTH,
            Kind.PING,
            Kind.PING,
            Kind.IDLE,
            Kind.IDLE,
            Kind.CONNECT,
            Kind.CONNECT,
            Kind.CONNECT,
            Kind.HTTP,
            Kind.HTTP,
            Kind.HTTP,
            Kind.POST,
            Kind.RESET,
            Kind.RESET);

    private final LoadOptions options;
    private final Route route;
    private final Tls tls;
    private final List<EventLoop> loops;
    private final Progress progress;
    private final Map<Kind, List<Crew>> crews = new EnumMap<>(Kind.class);

    /** What a client is; in a run of several kinds each has its own figures. */
    enum Kind {
        DOWN,
        UP,
        BOTH,
        PING,
        IDLE,
        CONNECT,
        HTTP,
        POST,
        MITM,
        H2,
        HANDSHAKE,
        RESET;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Staff(LoadOptions options, Route route, Tls tls, List<EventLoop> loops) {
        this.options = options;
        this.route = route;
        this.tls = tls;
        this.loops = loops;
        Map<Kind, Integer> counts = counts(options);
        progress = new Progress(
                counts.values().stream().mapToInt(Integer::intValue).sum());
        counts.forEach(this::hire);
    }

    private static Map<Kind, Integer> counts(LoadOptions options) {
        int all = options.connections();
        return switch (options.scenario()) {
            case DOWN -> Map.of(Kind.DOWN, all);
            case UP -> Map.of(Kind.UP, all);
            case BOTH -> Map.of(Kind.BOTH, all);
            case PING -> Map.of(Kind.PING, all);
            case CONNECT -> Map.of(Kind.CONNECT, all);
            case IDLE -> Map.of(Kind.IDLE, all);
            case HTTP -> Map.of(options.requestBody() > 0 ? Kind.POST : Kind.HTTP, all);
            case MITM -> Map.of(Kind.MITM, all);
            case H2 -> Map.of(Kind.H2, all * LoadOptions.STREAMS);
            case HANDSHAKE -> Map.of(Kind.HANDSHAKE, all);
            case MIXED -> mixed(all);
        };
    }

    private static Map<Kind, Integer> mixed(int all) {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        for (int i = 0; i < Math.max(all, MIX.size()); i++) {
            counts.merge(MIX.get(i % MIX.size()), 1, Integer::sum);
        }
        return counts;
    }

    private void hire(Kind kind, int count) {
        List<Crew> hired = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            hired.add(new Crew(loops.get(i), progress, options.rate() / loops.size()));
        }
        if (kind == Kind.H2) {
            hireByConnection(hired, count / LoadOptions.STREAMS);
        } else {
            for (int number = 0; number < count; number++) {
                Crew crew = hired.get(number % hired.size());
                crew.add(worker(kind, crew, number));
            }
        }
        crews.put(kind, hired);
    }

    private void hireByConnection(List<Crew> hired, int connections) {
        for (int number = 0; number < connections; number++) {
            Crew crew = hired.get(number % hired.size());
            var connection = new H2Connection(crew, route, number, tls, options.responseBytes());
            for (int stream = 0; stream < LoadOptions.STREAMS; stream++) {
                crew.add(connection.client());
            }
        }
    }

    private Worker worker(Kind kind, Crew crew, int number) {
        long piece = options.pieceBytes();
        int message = options.messageBytes();
        return switch (kind) {
            case DOWN -> new BulkWorker(crew, route, number, piece, 0, options.isVerified());
            case UP -> new BulkWorker(crew, route, number, 0, piece, options.isVerified());
            case BOTH -> new BulkWorker(crew, route, number, piece, piece, options.isVerified());
            case PING -> new PingWorker(crew, route, number, message, false);
            case IDLE -> new PingWorker(crew, route, number, 1, true);
            case CONNECT -> new ConnectWorker(crew, route, number);
            case HTTP -> new HttpWorker(crew, route, number, options.responseBytes(), 0);
            case POST ->
                new HttpWorker(
                        crew,
                        route,
                        number,
                        options.responseBytes(),
                        Math.max(options.requestBody(), options.responseBytes()));
            case MITM, HANDSHAKE ->
                new MitmWorker(
                        crew, route, number, tls, kind == Kind.MITM, options.responseBytes(), options.requestBody());
            case H2 -> throw new IllegalArgumentException("several of these share a connection");
            case RESET -> new ResetWorker(crew, route, number, RESETS_AFTER_BYTES);
        };
    }

    Progress progress() {
        return progress;
    }

    void open() {
        crews.values().forEach(each -> each.forEach(crew -> crew.loop().execute(crew::open)));
    }

    void begin() {
        long now = System.nanoTime();
        crews.values().forEach(each -> each.forEach(crew -> crew.loop().execute(() -> crew.begin(now))));
    }

    void finish() {
        long now = System.nanoTime();
        crews.values().forEach(each -> each.forEach(crew -> crew.loop().execute(() -> crew.finish(now))));
    }

    /** What was done so far, by kind. */
    Map<Kind, Moved> moved() {
        Map<Kind, Moved> moved = new EnumMap<>(Kind.class);
        crews.forEach((kind, each) -> each.forEach(
                crew -> moved.merge(kind, crew.loop().call(() -> crew.tally().moved()), Moved::plus)));
        return moved;
    }

    void forgetLatencies() {
        crews.values()
                .forEach(each -> each.forEach(
                        crew -> crew.loop().execute(() -> crew.tally().forgetLatencies())));
    }

    /** Of all kinds together. */
    Histogram latencies() {
        var all = new Histogram();
        crews.values()
                .forEach(each -> each.forEach(
                        crew -> all.add(crew.loop().call(() -> crew.tally().latencies()))));
        return all;
    }

    /** Operations that were due and never started. */
    long missed() {
        return crews.values().stream()
                .flatMap(List::stream)
                .mapToLong(crew -> crew.loop().call(crew::missed))
                .sum();
    }
}
