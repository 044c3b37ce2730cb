package io.weir.proxyengine;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** One end of a connection, spoken by hand: exact bytes out, exact bytes in, both counted. Each read gives up after 30 seconds. */
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private final AtomicLong sent = new AtomicLong();
    private long received;

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    Wire send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        sent.addAndGet(bytes.length);
        return this;
    }

    /** Sends FIN. */
    Wire finish() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Sends RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Up to and with the empty line. */
    String readHead() throws IOException {
        return readTo("\r\n\r\n");
    }

    String readTo(String end) throws IOException {
        var text = new StringBuilder();
        while (text.length() < end.length()
                || !text.substring(text.length() - end.length()).equals(end)) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the connection ended after: " + text);
            }
            received++;
            text.append((char) b);
        }
        return text.toString();
    }

    String read(int bytes) throws IOException {
        byte[] all = in.readNBytes(bytes);
        received += all.length;
        if (all.length < bytes) {
            throw new EOFException("the connection ended after: " + new String(all, StandardCharsets.ISO_8859_1));
        }
        return new String(all, StandardCharsets.ISO_8859_1);
    }

    /** All until FIN. */
    String readRest() throws IOException {
        byte[] all = in.readAllBytes();
        received += all.length;
        return new String(all, StandardCharsets.ISO_8859_1);
    }

    /** Whether nothing comes until the socket's timeout. */
    boolean isSilent() throws IOException {
        try {
            return in.read() == Integer.MIN_VALUE;
        } catch (java.net.SocketTimeoutException silence) {
            return true;
        }
    }

    /** Reads and forgets until FIN or a reset; true for FIN. */
    boolean drain() throws IOException {
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int n; (n = in.read(buffer)) >= 0; ) {
                received += n;
            }
            return true;
        } catch (java.net.SocketException reset) {
            return false;
        }
    }

    /** A head, and the body that its Content-Length or chunks delimit, as they came. */
    String readMessage() throws IOException {
        String head = readHead();
        return head + readBody(head);
    }

    /** The body that a head announces, as it came. */
    String readBody(String head) throws IOException {
        String lower = head.toLowerCase(Locale.ROOT);
        if (lower.contains("\r\ntransfer-encoding: chunked\r\n")) {
            return readChunks();
        }
        int at = lower.indexOf("\r\ncontent-length: ");
        if (at < 0) {
            return "";
        }
        int from = at + "\r\ncontent-length: ".length();
        return read(Integer.parseInt(lower.substring(from, lower.indexOf("\r\n", from))));
    }

    private String readChunks() throws IOException {
        var text = new StringBuilder();
        while (true) {
            String line = readTo("\r\n");
            text.append(line);
            int size = Integer.parseInt(line.trim(), 16);
            if (size == 0) {
                break;
            }
            text.append(read(size + 2));
        }
        String line;
        do {
            line = readTo("\r\n");
            text.append(line);
        } while (!line.equals("\r\n"));
        return text.toString();
    }

    Socket socket() {
        return socket;
    }

    long sent() {
        return sent.get();
    }

    long received() {
        return received;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
