package io.weir.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One end of a connection, which counts what it reads and writes. One thread. It reads no further than it is asked
 * to, but in large pieces: who talks next is always agreed.
 */
final class Wire {
    /** What a client says first in a tunnel: a letter and a number. */
    static final int COMMAND_BYTES = 1 + Long.BYTES;

    private static final int PIECE_BYTES = 256 * 1024;
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]{1,18})\r\n");
    private static final int HEAD_LIMIT_BYTES = 16 * 1024;

    private final InputStream in;
    private final OutputStream out;
    private final byte[] piece = new byte[PIECE_BYTES];
    private long bytesRead;
    private long bytesWritten;
    private int buffered; // bytes of the piece that came with a head and belong to what follows it
    private int bufferedFrom;

    Wire(Socket socket) throws IOException {
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    long bytesRead() {
        return bytesRead;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
        bytesWritten += bytes.length;
    }

    void writeAscii(String text) throws IOException {
        write(text.getBytes(StandardCharsets.US_ASCII));
    }

    void writeCommand(char command, long number) throws IOException {
        write(ByteBuffer.allocate(COMMAND_BYTES)
                .put((byte) command)
                .putLong(number)
                .array());
    }

    void writeFiller(long count) throws IOException {
        long rest = count;
        while (rest > 0) {
            int length = (int) Math.min(rest, PIECE_BYTES);
            out.write(piece, 0, length);
            bytesWritten += length;
            rest -= length;
        }
    }

    byte[] read(int count) throws IOException {
        byte[] bytes = new byte[count];
        int length = 0;
        while (length < count) {
            length += readSome(bytes, length, count - length);
        }
        return bytes;
    }

    void skip(long count) throws IOException {
        int atHand = (int) Math.min(count, buffered);
        bufferedFrom += atHand;
        buffered -= atHand;
        bytesRead += atHand;
        long rest = count - atHand;
        while (rest > 0) {
            rest -= counted(in.read(piece, 0, (int) Math.min(rest, PIECE_BYTES)));
        }
    }

    /** Refuses anything but the end of what the other side sends. */
    void requireEnd() throws IOException {
        if (buffered > 0 || in.read() >= 0) {
            throw new IOException("something came after the " + bytesRead + " bytes that were asked for");
        }
    }

    private int readSome(byte[] target, int offset, int atMost) throws IOException {
        if (buffered == 0) {
            return counted(in.read(target, offset, atMost));
        }
        int length = Math.min(atMost, buffered);
        System.arraycopy(piece, bufferedFrom, target, offset, length);
        bufferedFrom += length;
        buffered -= length;
        bytesRead += length;
        return length;
    }

    private int counted(int length) throws IOException {
        if (length < 0) {
            throw new EOFException("the connection ended after " + bytesRead + " bytes read");
        }
        bytesRead += length;
        return length;
    }

    /** Reads an HTTP head, its empty line included. */
    String readHead() throws IOException {
        if (buffered > 0) {
            throw new IllegalStateException("something before the head was not read");
        }
        int length = 0;
        int end;
        while ((end = endOfHead(length)) < 0) {
            if (length == HEAD_LIMIT_BYTES) {
                throw new IOException("a head of more than " + HEAD_LIMIT_BYTES + " bytes");
            }
            int more = in.read(piece, length, HEAD_LIMIT_BYTES - length);
            if (more < 0) {
                throw new EOFException("the connection ended inside a head, after " + length + " bytes of it");
            }
            length += more;
        }
        bytesRead += end;
        bufferedFrom = end;
        buffered = length - end;
        return new String(piece, 0, end, StandardCharsets.US_ASCII);
    }

    private int endOfHead(int length) {
        for (int i = 3; i < length; i++) {
            if (piece[i] == '\n' && piece[i - 1] == '\r' && piece[i - 2] == '\n' && piece[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    /** The status of a response's head. */
    static int statusOf(String head) throws IOException {
        String[] words = head.split("[ \r]", 3);
        if (words.length < 3 || !words[0].startsWith("HTTP/1.")) {
            throw new IOException("not a response: " + head.strip());
        }
        return Integer.parseInt(words[1]);
    }

    /** The length that a head states. */
    static long contentLengthOf(String head) throws IOException {
        Matcher field = CONTENT_LENGTH.matcher(head);
        if (!field.find()) {
            throw new IOException("no content-length: " + head.strip());
        }
        return Long.parseLong(field.group(1));
    }
}
