package io.weir.proxyengine;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A connection whose bytes are counted beneath whatever is put over it, such as TLS. Any thread. */
final class CountedSocket extends Socket {
    private static final int PATIENCE_MILLIS = 30_000;

    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();
    private volatile @Nullable ByteArrayOutputStream held;
    private volatile boolean fin;

    static CountedSocket to(SocketAddress address) throws IOException {
        return to(address, 0);
    }

    /** With a receive buffer that is soon full, unless that is 0. */
    static CountedSocket to(SocketAddress address, int receiveBytes) throws IOException {
        var socket = new CountedSocket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.connect(address);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    long written() {
        return written.get();
    }

    long read() {
        return read.get();
    }

    /** Keeps what is written from now on, until {@link #send}. */
    void hold() {
        held = new ByteArrayOutputStream();
    }

    /** Sends what was kept, in one piece, and FIN if the output was shut down meanwhile. */
    void send() throws IOException {
        byte[] all = requireNonNull(held).toByteArray();
        held = null;
        getOutputStream().write(all);
        if (fin) {
            super.shutdownOutput();
        }
    }

    @Override
    public void shutdownOutput() throws IOException {
        if (held == null) {
            super.shutdownOutput();
        } else {
            fin = true;
        }
    }

    /** Reads and forgets until FIN or a reset. */
    void drain() {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = getInputStream();
            int n;
            do {
                n = in.read(buffer);
            } while (n >= 0);
        } catch (IOException ended) {
            // as it may
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                int octet = super.read();
                if (octet >= 0) {
                    read.incrementAndGet();
                }
                return octet;
            }

            @Override
            public int read(byte[] bytes, int from, int count) throws IOException {
                int n = super.read(bytes, from, count);
                if (n > 0) {
                    read.addAndGet(n);
                }
                return n;
            }

            @Override
            public long skip(long count) throws IOException {
                long n = super.skip(count);
                read.addAndGet(n);
                return n;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(super.getOutputStream()) {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                ByteArrayOutputStream kept = held;
                if (kept != null) {
                    kept.write(bytes, from, count);
                    return;
                }
                out.write(bytes, from, count);
                written.addAndGet(count);
            }
        };
    }
}
