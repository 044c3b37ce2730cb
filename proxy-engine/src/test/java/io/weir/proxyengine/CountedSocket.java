package io.weir.proxyengine;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;

/** A connection whose bytes are counted beneath whatever is put over it, such as TLS. Any thread. */
final class CountedSocket extends Socket {
    private static final int PATIENCE_MILLIS = 30_000;

    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();

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
                out.write(octet);
                written.incrementAndGet();
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                out.write(bytes, from, count);
                written.addAndGet(count);
            }
        };
    }
}
