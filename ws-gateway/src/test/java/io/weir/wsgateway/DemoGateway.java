package io.weir.wsgateway;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.JournalState;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A gateway with traffic that is made up, to look at the page: {@code DemoGateway PORT TOKEN [degraded]}. */
final class DemoGateway {
    private static final String[] HOSTS = {
        "registry.npmjs.org:443",
        "api.github.com:443",
        "deb.debian.org",
        "cdn.jsdelivr.net:443",
        "repo.maven.apache.org:443",
        "telemetry.example.net:443",
        "static.crates.io:443",
        "a-rather-long-name-of-a-host.eu-central-1.compute.example.com:8443",
    };

    private DemoGateway() {}

    public static void main(String[] args) {
        FakeLedger ledger = new FakeLedger();
        GatewayConfig config = GatewayConfig.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])),
                GatewayToken.of(args[1]));
        Gateway gateway = Gateway.start(
                config,
                ledger,
                NodeControls.of(new RecordingSessionControl()),
                new LogFeed(level -> {}),
                () -> new NodeStatus("0.1.0", List.of("127.0.0.1:8080"), 1_772_935_200_000L),
                new FixedMetrics());
        System.out.println("http://" + Addresses.text(gateway.address()) + "/?token=" + args[1]);
        if (args.length > 2) {
            ledger.fail(JournalState.DEGRADED, "no space left on device: 1.0 GiB are kept free");
        }
        ledger.add(new Tally(48_211_094_377L, 1_904_446_120_911L, 310_554_021L, 190_331_004L, 0, 0));
        Random random = new Random(7);
        var ids = new AtomicLong(18_420);
        Executors.newSingleThreadScheduledExecutor()
                .scheduleWithFixedDelay(
                        () -> step(ledger, random, ids.getAndIncrement()), 0, 150, TimeUnit.MILLISECONDS);
    }

    private static void step(FakeLedger ledger, Random random, long id) {
        String host = HOSTS[random.nextInt(HOSTS.length)];
        Tally counts = new Tally(
                random.nextInt(90_000),
                (long) Math.exp(random.nextDouble() * 19),
                140 + random.nextInt(300),
                39,
                517,
                4096);
        ledger.put(row(id, host, counts));
        double wave = 1 + Math.sin(id / 9.0) + random.nextDouble() / 2;
        ledger.add(new Tally(
                (long) (300_000 * wave), (long) (9_000_000 * (wave + 0.3 * Math.cos(id / 4.0) + 0.4)), 900, 500, 0, 0));
        if (id % 10 != 0) {
            ledger.close(id - 3 - random.nextInt(14), counts.plus(counts));
        }
    }

    private static ConnectionInfo row(long id, String host, Tally counts) {
        long now = System.currentTimeMillis();
        if (id % 10 == 3) {
            return FakeLedger.row(id, id, SessionProtocol.HTTPS_MITM, "CONNECT", host, host, counts, now);
        }
        if (id % 10 == 4) {
            return FakeLedger.row(
                    id,
                    id - 1,
                    SessionProtocol.HTTPS_MITM,
                    "POST",
                    "api.github.com",
                    "https://api.github.com/graphql?q=",
                    counts,
                    now);
        }
        if (host.equals("deb.debian.org")) {
            return FakeLedger.row(
                    id,
                    0,
                    SessionProtocol.HTTP,
                    "GET",
                    host,
                    "http://deb.debian.org/debian/pool/main/w/weir/weir_0.1.deb",
                    counts,
                    now);
        }
        return FakeLedger.row(id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", host, host, counts, now);
    }
}
