package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands that start proxies have in common. */
final class ArenaOptions {
    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "NAME",
            description = "Which proxies, of weir, trafficserver, squid, tinyproxy, privoxy, mitmproxy (all that are"
                    + " installed), or weir-access: Weir with users, rules and a list of a million names.")
    private @Nullable List<String> names;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "${env:ROUNDS:-5}",
            description = "How often each has its turn (ROUNDS, or 5).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "${env:SECONDS_EACH:-5}",
            description = "How long a turn is measured (SECONDS_EACH, or 5).")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "${env:WARM_UP:-10}",
            description = "How long each runs before the first turn of a scenario (WARM_UP, or 10).")
    private double warmUp;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "18080",
            description = "First port of the proxies; each takes the next. Gateways: 1000 above (${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--origin-port", paramLabel = "PORT", description = "The origin's (a free one).")
    private int originPort;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where each run's line of JSON goes (${DEFAULT-VALUE}).")
    private Path out = Path.of("compare-load.jsonl");

    @Option(
            names = "--credentials",
            paramLabel = "USER:PASSWORD",
            defaultValue = "",
            description = "Clients show them to each proxy; weir-access knows " + Peers.CREDENTIALS + ".")
    private String credentials = "";

    @Option(names = "--weir-home", hidden = true, defaultValue = "${sys:weir.home:-.}")
    private Path weirHome = Path.of(".");

    RoundOptions rounds() {
        return new RoundOptions(rounds, seconds, warmUp);
    }

    String credentials() {
        return credentials;
    }

    Arena open() throws IOException {
        return Arena.open(weirHome.toAbsolutePath().normalize(), port, originPort);
    }

    PrintWriter raw() {
        try {
            System.err.println("compare-load: raw results go to " + out.toAbsolutePath());
            return new PrintWriter(Files.newBufferedWriter(out, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("--out: " + e.getMessage(), e);
        }
    }

    Peer weir() {
        return Peers.all(weirHome.toAbsolutePath().normalize()).get(0);
    }

    /**
     * Those that take part.
     *
     * @param areIntercepting whether it is about those that intercept TLS
     * @throws IllegalArgumentException if one was named that is not known or cannot take part
     */
    List<Peer> peers(boolean areIntercepting) {
        Path home = weirHome.toAbsolutePath().normalize();
        List<Peer> usual = areIntercepting ? Peers.intercepting(home) : Peers.all(home);
        List<String> wanted = names;
        if (wanted == null) {
            return usual.stream().filter(ArenaOptions::isThere).toList();
        }
        List<Peer> known = areIntercepting
                ? usual
                : Stream.concat(usual.stream(), Stream.of(Peers.withAccess(home)))
                        .toList();
        requireKnown(wanted, home);
        List<Peer> chosen = known.stream()
                .filter(each -> wanted.contains(each.name()))
                .sorted(Comparator.comparingInt(each -> wanted.indexOf(each.name())))
                .toList();
        for (Peer peer : chosen) {
            peer.obstacle().ifPresent(obstacle -> {
                throw new IllegalArgumentException("--peers: " + obstacle);
            });
        }
        return chosen;
    }

    private static void requireKnown(List<String> wanted, Path home) {
        for (String name : wanted) {
            if (Stream.of(Peers.all(home), Peers.intercepting(home), List.of(Peers.withAccess(home)))
                    .flatMap(List::stream)
                    .noneMatch(each -> each.name().equals(name))) {
                throw new IllegalArgumentException("--peers: not known: " + name);
            }
        }
    }

    private static boolean isThere(Peer peer) {
        peer.obstacle().ifPresent(obstacle -> System.err.println("compare-load: left out, as " + obstacle));
        return peer.obstacle().isEmpty();
    }
}
