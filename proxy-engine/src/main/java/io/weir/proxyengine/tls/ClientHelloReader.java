package io.weir.proxyengine.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a ClientHello (RFC 8446 §4.1.2) says of the host and the protocols, without trusting it. Stateless; any thread.
 *
 * <p>The hello is a handshake message over one or more records of at least one byte each. Bytes are judged in their order and at most
 * {@value #MAX_BYTES} of them, so an answer other than {@link State#INCOMPLETE} never changes however many follow, and how they were cut into
 * segments does not matter. What comes after the hello is not looked at.
 */
public final class ClientHelloReader {
    /** More than twice what post-quantum key shares make of a hello. */
    public static final int MAX_BYTES = 32 * 1024;

    private static final int RECORD_HEADER = 5;
    private static final int RECORD_MAX = 1 << 14;
    private static final int MESSAGE_HEADER = 4;
    private static final byte HANDSHAKE = 22;
    private static final byte CLIENT_HELLO = 1;

    private ClientHelloReader() {}

    /** How far it is. */
    public enum State {
        /** More bytes are needed. */
        INCOMPLETE,
        /** The hello is there. */
        COMPLETE,
        /** The first bytes are no TLS record with a handshake. */
        NOT_TLS,
        /** It began as TLS and broke its rules. */
        MALFORMED,
        /** It is larger than {@link #MAX_BYTES}, or says that it will be. */
        TOO_LARGE
    }

    /**
     * What was read. Immutable.
     *
     * @param serverName the SNI's host, a DNS name in lower case; empty if there is none, or none that is valid
     * @param alpn the protocols offered that are printable ASCII, in their order
     * @param malformedName whether there is an SNI that is no DNS name
     * @param postQuantum whether the client can agree on keys that no quantum computer finds (X25519MLKEM768)
     */
    public record Result(
            State state, String serverName, List<String> alpn, boolean malformedName, boolean postQuantum) {
        static final Result INCOMPLETE = of(State.INCOMPLETE);
        static final Result NOT_TLS = of(State.NOT_TLS);
        static final Result MALFORMED = of(State.MALFORMED);
        static final Result TOO_LARGE = of(State.TOO_LARGE);

        /** Keeps a copy of the list. */
        public Result {
            alpn = List.copyOf(alpn);
        }

        private static Result of(State state) {
            return new Result(state, "", List.of(), false, false);
        }
    }

    /** Reads {@code buffer} between its indices, which it does not move; the connection's first byte is the first. */
    public static Result read(ByteBuf buffer) {
        int start = buffer.readerIndex();
        int end = Math.min(buffer.writerIndex(), start + MAX_BYTES);
        Result unfinished = end - start == MAX_BYTES ? Result.TOO_LARGE : Result.INCOMPLETE;
        var message = new Message(end - start);
        for (int record = start; record < end; ) {
            Result judged = judgeHeader(buffer, record, end, record == start);
            if (judged != null) {
                return judged.state() == State.INCOMPLETE ? unfinished : judged;
            }
            int length = buffer.getUnsignedShort(record + 3);
            int from = record + RECORD_HEADER;
            Result result = message.add(buffer, from, Math.min(length, end - from));
            if (result != null) {
                return result;
            }
            record = from + length;
        }
        return unfinished;
    }

    /** Null if the header is there and good. */
    private static @Nullable Result judgeHeader(ByteBuf buffer, int at, int end, boolean first) {
        Result bad = first ? Result.NOT_TLS : Result.MALFORMED;
        if (buffer.getByte(at) != HANDSHAKE) {
            return bad;
        }
        if (at + 1 < end && buffer.getByte(at + 1) != 3) {
            return bad;
        }
        if (at + RECORD_HEADER > end) {
            return Result.INCOMPLETE;
        }
        int length = buffer.getUnsignedShort(at + 3);
        return length == 0 || length > RECORD_MAX ? Result.MALFORMED : null;
    }

    /** The handshake message that the records' contents make. */
    private static final class Message {
        private final byte[] bytes;
        private int size;

        Message(int max) {
            bytes = new byte[max];
        }

        /** Null if it is not complete yet. */
        @Nullable Result add(ByteBuf buffer, int from, int length) {
            buffer.getBytes(from, bytes, size, length);
            size += length;
            if (size > 0 && bytes[0] != CLIENT_HELLO) {
                return Result.MALFORMED;
            }
            if (size < MESSAGE_HEADER) {
                return null;
            }
            int body = (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
            if (MESSAGE_HEADER + body > MAX_BYTES) {
                return Result.TOO_LARGE;
            }
            return size < MESSAGE_HEADER + body
                    ? null
                    : new ClientHello(bytes, MESSAGE_HEADER, MESSAGE_HEADER + body).read();
        }
    }

    static String latin1(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }
}
