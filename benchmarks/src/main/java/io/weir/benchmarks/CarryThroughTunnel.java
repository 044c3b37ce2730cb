package io.weir.benchmarks;

import io.weir.proxyengine.EngineConfig;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long do 100 bytes there and back, and 16 MiB from the origin, take through a tunnel of a real engine over loopback, spliced or
 * copied? The time is that of both ends, too.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // the setup comes before any benchmark
public class CarryThroughTunnel {
    private static final int SMALL = 100;
    private static final int MUCH = 16 << 20;
    private static final int ANSWER_BYTES = "HTTP/1.1 200 Connection established\r\n\r\n".length();

    /** How the engine talks to sockets. */
    @Param({"SPLICE", "EPOLL", "NIO"})
    public Transport transport = Transport.NIO;

    private final byte[] piece = new byte[256 * 1024];
    private final BenchmarkBus bus = new BenchmarkBus();
    private ProxyEngine engine;
    private Socket client;
    private Socket origin;

    /** Starts the engine and opens the tunnel. */
    @Setup
    public void open() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        engine = ProxyEngine.start(
                EngineConfig.builder(new InetSocketAddress(loopback, 0))
                        .transport(transport)
                        .eventLoops(1)
                        .drain(Duration.ZERO)
                        .build(),
                bus.bus());
        try (var server = new ServerSocket(0, 1, loopback)) {
            client = new Socket(loopback, engine.addresses().get(0).getPort());
            String head = "CONNECT 127.0.0.1:" + server.getLocalPort() + " HTTP/1.1\r\nHost: a\r\n\r\n";
            client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            origin = server.accept();
        }
        client.setTcpNoDelay(true);
        origin.setTcpNoDelay(true);
        client.getInputStream().readNBytes(ANSWER_BYTES);
    }

    /** Ends it all. */
    @TearDown
    public void close() throws IOException {
        client.close();
        origin.close();
        engine.close();
        bus.close();
    }

    /** A small message and its answer. */
    @Benchmark
    public void roundTrip() throws IOException {
        client.getOutputStream().write(piece, 0, SMALL);
        readFully(origin.getInputStream(), SMALL);
        origin.getOutputStream().write(piece, 0, SMALL);
        readFully(client.getInputStream(), SMALL);
    }

    /** A long stream. */
    @Benchmark
    public void sixteenMebibytes() throws Exception {
        CompletableFuture<?> writer = CompletableFuture.runAsync(this::write);
        readFully(client.getInputStream(), MUCH);
        writer.get(10, TimeUnit.SECONDS);
    }

    private void write() {
        var zeros = new byte[piece.length];
        try {
            for (int sent = 0; sent < MUCH; sent += zeros.length) {
                origin.getOutputStream().write(zeros);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void readFully(InputStream in, int bytes) throws IOException {
        for (int left = bytes; left > 0; ) {
            int n = in.read(piece, 0, Math.min(left, piece.length));
            if (n < 0) {
                throw new EOFException();
            }
            left -= n;
        }
    }
}
