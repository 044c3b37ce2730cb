package io.weir.benchmarks.load;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A proxy that we have started, and stop. Any thread. */
final class RunningProxy implements AutoCloseable {
    private static final Duration TO_START = Duration.ofMinutes(3); // Weir may have to be built first
    private static final Duration TO_STOP = Duration.ofSeconds(10);
    private static final int GATEWAY_OFFSET = 1000;
    private static final int LOG_LINES = 5;

    private final Peer peer;
    private final Path folder;
    private final int port;
    private final Process process;

    private RunningProxy(Peer peer, Path folder, int port, Process process) {
        this.peer = peer;
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** Starts a proxy in an empty folder. It may not listen yet. */
    static RunningProxy start(Peer peer, Path folder, int port) throws IOException {
        Peers.open(Files.createDirectories(folder));
        List<String> command = new ArrayList<>();
        command.add(peer.file()
                .orElseThrow(() -> new IOException(peer.name() + " is not installed"))
                .toString());
        command.addAll(peer.setup().prepare(folder, port));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.log").toFile())
                .start();
        return new RunningProxy(peer, folder, port, process);
    }

    /** The port of Weir's gateway beside that of the proxy. */
    static int gatewayPort(int port) {
        return port + GATEWAY_OFFSET;
    }

    Peer peer() {
        return peer;
    }

    Path folder() {
        return folder;
    }

    long pid() {
        return process.pid();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(Route.loopback(1), port);
    }

    /** Waits until it takes connections. */
    void awaitListening() throws IOException {
        long end = System.nanoTime() + TO_START.toNanos();
        while (!isListening()) {
            if (!process.isAlive()) {
                throw new IOException(peer.name() + " ended with status " + process.exitValue() + ": " + lastOutput());
            }
            if (System.nanoTime() > end) {
                throw new IOException(peer.name() + " does not listen on port " + port + ": " + lastOutput());
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    private boolean isListening() {
        try (var socket = new Socket()) {
            socket.connect(address(), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String lastOutput() throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("output.log"))) {
            List<String> all = lines.filter(line -> !line.isBlank()).toList();
            String last = String.join(" | ", all.subList(Math.max(0, all.size() - LOG_LINES), all.size()));
            return all.size() > LOG_LINES ? all.get(0) + " | … | " + last : last;
        }
    }

    /** Asks it to end, and makes it end if it takes too long; its children, too. */
    @Override
    public void close() {
        List<ProcessHandle> tree = new ArrayList<>(process.descendants().toList());
        process.destroy();
        if (!hasEnded()) {
            process.destroyForcibly();
        }
        tree.forEach(ProcessHandle::destroyForcibly);
    }

    private boolean hasEnded() {
        try {
            return process.waitFor(TO_STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
