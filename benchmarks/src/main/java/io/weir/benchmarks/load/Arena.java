package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that take part, the origin that they lead to, and the folder that they write to. Everything is stopped and
 * removed at the end, also when that comes by Ctrl-C. One thread, but for that.
 */
final class Arena implements AutoCloseable {
    private final Path folder;
    private final Path weir;
    private final int firstPort;
    private final Origin origin;
    private final Map<Peer, RunningProxy> running = new LinkedHashMap<>();
    private final Map<Peer, LedgerTotals> audited = new LinkedHashMap<>();
    private final Thread atExit = new Thread(this::stopAll, "load-cleaner");
    private int starts;
    private boolean isClosed; // guarded by what runs: nothing is started behind the back of the cleaner

    private Arena(Path folder, Path weir, int firstPort, Origin origin) {
        this.folder = folder;
        this.weir = weir;
        this.firstPort = firstPort;
        this.origin = origin;
    }

    /**
     * Starts the origin.
     *
     * @param firstPort of the proxies; those of gateways are 1000 above
     */
    static Arena open(Path weirHome, int firstPort, int originPort) throws IOException {
        Path folder = Files.createTempDirectory("weir-load-");
        folder.toFile().setExecutable(true, false); // proxies that give up root must get through
        Origin origin = Origin.start(originPort, LoadOptions.TARGETS, LoadOptions.halfOfTheCores());
        var arena = new Arena(folder, weirHome.resolve("weir"), firstPort, origin);
        Runtime.getRuntime().addShutdownHook(arena.atExit);
        return arena;
    }

    /** Starts a proxy; if it runs, stops it first and starts it afresh. */
    void start(Peer peer) throws IOException {
        RunningProxy before = proxy(peer);
        if (before != null) {
            before.close();
        }
        RunningProxy proxy;
        synchronized (running) {
            if (isClosed) {
                throw new IOException("not started, as this is the end: " + peer.name());
            }
            proxy = RunningProxy.start(peer, folder.resolve(peer.name() + "-" + starts), firstPort + starts);
            running.put(peer, proxy);
        }
        starts++;
        audited.put(peer, LedgerTotals.NOTHING);
        proxy.awaitListening();
    }

    /** Makes the origin's certificate; what is started from now on finds its issuer's, to trust it. */
    void prepareTls() throws IOException {
        String authority = origin.identity().authorityPem();
        Files.writeString(Peers.originCaFor(folder.resolve("any")), authority);
    }

    /** Stops a proxy that runs. */
    void stop(Peer peer) {
        RunningProxy before;
        synchronized (running) {
            before = running.remove(peer);
        }
        if (before != null) {
            before.close();
        }
    }

    @Nullable RunningProxy proxy(Peer peer) {
        synchronized (running) {
            return running.get(peer);
        }
    }

    /** Runs a contest once through a proxy, and compares with its ledger if it has one. */
    Outcome run(Contest contest, Peer peer) throws IOException, InterruptedException {
        RunningProxy proxy = proxy(peer);
        if (proxy == null) {
            throw new IllegalStateException(peer.name() + " was not started");
        }
        LoadResult result = LoadRun.run(contest.options().through(proxy.address(), origin.port(), proxy.pid()));
        if (!peer.isWeir()) {
            return new Outcome(contest, peer, result, null);
        }
        boolean hasResets = result.resets().connects() > 0;
        LedgerTotals before = audited.getOrDefault(peer, LedgerTotals.NOTHING);
        LedgerTotals after = new Ledger(weir, Peers.dataOf(proxy.folder())).settled(hasResets);
        audited.put(peer, after);
        return new Outcome(contest, peer, result, Exactness.compare(result, before, after));
    }

    private void stopAll() {
        List<RunningProxy> proxies;
        synchronized (running) {
            isClosed = true;
            proxies = new ArrayList<>(running.values());
            running.clear();
        }
        proxies.parallelStream().forEach(RunningProxy::close);
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("compare-load: not removed: " + folder + ": " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (running) {
            if (isClosed) {
                return; // the cleaner is at it
            }
            isClosed = true;
        }
        stopAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
        origin.close();
    }
}
