package io.weir.proxyengine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection as an application sees it: counts the bytes that it wrote and read. Its blocking calls run on threads of
 * their own where they are asked for as a future; one reader and one writer at a time.
 */
final class Peer implements AutoCloseable {
    /** How a stream of bytes ended. */
    enum End {
        FIN,
        RESET
    }

    private static final int PERIOD = 1 << 20;
    private static final int PIECE_MAX = 64 * 1024;
    private static final byte[] PATTERN = makePattern();

    private static final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        var thread = new Thread(work, "test-peer");
        thread.setDaemon(true);
        return thread;
    });

    private final Socket socket;
    private final String address;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();

    Peer(Socket socket) throws IOException {
        this.socket = socket;
        address = Addresses.text((InetSocketAddress) socket.getLocalSocketAddress());
        socket.setSoTimeout(30_000);
        socket.setTcpNoDelay(true);
    }

    /** A listening socket on a free port of loopback whose connections have small receive buffers if {@code receiveBytes} is not 0. */
    static ServerSocket listen(int receiveBytes) throws IOException {
        var server = new ServerSocket();
        if (receiveBytes > 0) {
            server.setReceiveBufferSize(receiveBytes);
        }
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
        server.setSoTimeout(30_000);
        return server;
    }

    static String authority(ServerSocket server) {
        return "127.0.0.1:" + server.getLocalPort();
    }

    static <T extends @Nullable Object> CompletableFuture<T> async(ThrowingSupplier<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.get();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                threads);
    }

    interface ThrowingSupplier<T extends @Nullable Object> {
        @Nullable T get() throws Exception;
    }

    /** Its own address and port, as the ledger writes them. */
    String address() {
        return address;
    }

    Socket socket() {
        return socket;
    }

    /** Bytes that the kernel took from this application. Inside a blocked {@code write} it may have taken more. */
    long written() {
        return written.get();
    }

    /** Bytes that this application got from the kernel. */
    long read() {
        return read.get();
    }

    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        written.addAndGet(bytes.length);
    }

    /** Writes {@code count} bytes of the pattern that {@link #readToEnd} checks, in pieces. */
    void writePattern(long count) throws IOException {
        writePattern(count, 64 * 1024);
    }

    void writePattern(long count, int pieceBytes) throws IOException {
        byte[] piece = new byte[pieceBytes];
        long left = count;
        while (left > 0) {
            int n = (int) Math.min(left, piece.length);
            fill(piece, written.get(), n);
            socket.getOutputStream().write(piece, 0, n);
            written.addAndGet(n);
            left -= n;
        }
    }

    /** Writes until the connection breaks, and says how that showed: after FIN from the other side it is a broken pipe, else a reset. */
    End writeUntilBroken(int pieceBytes) {
        try {
            writePattern(Long.MAX_VALUE, pieceBytes);
        } catch (IOException broken) {
            return String.valueOf(broken.getMessage()).contains("reset") ? End.RESET : End.FIN;
        }
        throw new IllegalStateException("nobody writes that much");
    }

    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection with RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    byte[] readExactly(int count) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(count);
        read.addAndGet(bytes.length);
        if (bytes.length != count) {
            throw new IOException("the stream ended after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    /** Reads {@code count} bytes and checks that they follow the pattern. */
    void readPattern(long count) throws IOException {
        byte[] piece = new byte[64 * 1024];
        long left = count;
        while (left > 0) {
            int n = socket.getInputStream().read(piece, 0, (int) Math.min(left, piece.length));
            if (n < 0) {
                throw new IOException("the stream ended with " + left + " bytes missing");
            }
            check(piece, n);
            left -= n;
        }
    }

    /** Reads to the end and checks that all of it follows the pattern. */
    End readToEnd() {
        return readToEnd(64 * 1024, ignored -> {});
    }

    /**
     * Reads to the end, and checks that all of it follows the pattern.
     *
     * @param pace is told after each piece how many bytes were read until then, and may take its time
     */
    End readToEnd(int pieceBytes, LongConsumer pace) {
        byte[] piece = new byte[pieceBytes];
        while (true) {
            int n;
            try {
                n = socket.getInputStream().read(piece);
            } catch (SocketException e) {
                return End.RESET;
            } catch (IOException e) {
                throw new IllegalStateException("read " + read.get() + " bytes, then " + e, e);
            }
            if (n < 0) {
                return End.FIN;
            }
            check(piece, n);
            pace.accept(read.get());
        }
    }

    private void check(byte[] piece, int count) {
        long at = read.getAndAdd(count);
        int from = (int) (at % PERIOD);
        int wrong = Arrays.mismatch(piece, 0, count, PATTERN, from, from + count);
        if (wrong >= 0) {
            throw new AssertionError("byte " + (at + wrong) + " is wrong: " + piece[wrong]);
        }
    }

    private static void fill(byte[] piece, long from, int count) {
        for (int done = 0; done < count; ) {
            int n = Math.min(count - done, PIECE_MAX);
            System.arraycopy(PATTERN, (int) ((from + done) % PERIOD), piece, done, n);
            done += n;
        }
    }

    /** Depends on the place, so that a byte lost, doubled or moved shows. */
    static byte pattern(long at) {
        return PATTERN[(int) (at % PERIOD)];
    }

    private static byte[] makePattern() {
        byte[] pattern = new byte[PERIOD + PIECE_MAX];
        for (int i = 0; i < pattern.length; i++) {
            int at = i % PERIOD;
            pattern[i] = (byte) (at * 31 + (at >>> 8) * 17 + (at >>> 16));
        }
        return pattern;
    }

    static byte[] patternBytes(int count) {
        byte[] bytes = new byte[count];
        fill(bytes, 0, count);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
