package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One end of an HTTP/2 connection, spoken frame by frame; counts for each stream its HEADERS, CONTINUATION and DATA frames, in both directions. A thread
 * of its own reads, answers SETTINGS and PING, and gives windows back unless told not to; any thread may write. Waits give up after 30 seconds.
 */
final class FramePeer implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;

    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;
    static final int ENABLE_CONNECT_PROTOCOL = 8;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int FRAME_MAX = 16384;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** A whole message. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Message(
            List<Http2Headers> interims,
            Http2Headers head,
            byte[] body,
            @Nullable Http2Headers trailers,
            boolean endsWithHead) {
        String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        String trailer(String name) {
            return trailers == null ? "no trailers" : String.valueOf(trailers.get(name));
        }

        String field(String name) {
            return String.valueOf(head.get(name));
        }
    }

    /** A stream was reset, or the connection ended, before the message did. */
    static final class StreamEnded extends IOException {
        private static final long serialVersionUID = 1;

        final long code;

        StreamEnded(String what, long code) {
            super(what + " " + code);
            this.code = code;
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Event(
            int kind, boolean end, byte[] data, @Nullable Http2Headers headers, long code) {}

    private static final class Stream {
        final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
        final AtomicLong sent = new AtomicLong();
        final AtomicLong received = new AtomicLong();
        volatile boolean holdsWindow;
        boolean endSeen;
        long window;
    }

    private final Socket socket;
    private final boolean isClient;
    private final DataInputStream in;
    private final OutputStream out;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<Integer> opened = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<int[]> settingsSeen = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Integer> goAways = new LinkedBlockingQueue<>();
    private final Object windows = new Object();
    private long window = 65535;
    private long initialWindow = 65535;
    private int nextId = 1;
    private boolean broken;
    private volatile boolean ended;

    private FramePeer(Socket socket, boolean isClient) throws IOException {
        this.socket = socket;
        this.isClient = isClient;
        socket.setSoTimeout(0);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 32 * 1024));
        out = socket.getOutputStream();
    }

    static FramePeer client(Socket socket, int... settings) throws IOException {
        var peer = new FramePeer(socket, true);
        synchronized (peer.out) {
            peer.out.write(PREFACE.getBytes(StandardCharsets.US_ASCII));
            peer.settings(settings);
        }
        peer.begin();
        return peer;
    }

    static FramePeer origin(Socket socket, int... settings) throws IOException {
        var peer = new FramePeer(socket, false);
        byte[] preface = peer.in.readNBytes(PREFACE.length());
        if (!new String(preface, StandardCharsets.US_ASCII).equals(PREFACE)) {
            throw new IOException("no preface but " + new String(preface, StandardCharsets.ISO_8859_1));
        }
        peer.settings(settings);
        peer.begin();
        return peer;
    }

    private void begin() {
        var reader = new Thread(this::readAll, isClient ? "h2-client" : "h2-origin");
        reader.setDaemon(true);
        reader.start();
    }

    // ---- what is sent ----

    /** Pairs of a setting and its value. */
    void settings(int... pairs) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(pairs.length * 3);
        for (int i = 0; i < pairs.length; i += 2) {
            payload.putShort((short) pairs[i]).putInt(pairs[i + 1]);
        }
        frame(SETTINGS, 0, 0, payload.array());
    }

    int newStream() {
        synchronized (windows) {
            int id = nextId;
            nextId += 2;
            return id;
        }
    }

    /** Fields as pairs of name and value, pseudo-fields first. */
    void headers(int id, boolean end, String... fields) throws IOException {
        headers(id, end, FRAME_MAX, fields);
    }

    /** The same in frames of at most {@code frameMax} bytes. */
    void headers(int id, boolean end, int frameMax, String... fields) throws IOException {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        synchronized (out) { // the order of the encoder's tables is that of the frames
            byte[] block = encode(id, headers);
            for (int at = 0; at == 0 || at < block.length; at += frameMax) {
                int to = Math.min(block.length, at + frameMax);
                int flags = (to == block.length ? END_HEADERS : 0) | (at == 0 && end ? END_STREAM : 0);
                frame(at == 0 ? HEADERS : CONTINUATION, flags, id, Arrays.copyOfRange(block, at, to));
            }
        }
    }

    private byte[] encode(int id, Http2Headers headers) throws IOException {
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(id, headers, block);
            byte[] bytes = new byte[block.readableBytes()];
            block.readBytes(bytes);
            return bytes;
        } catch (Http2Exception e) {
            throw new IOException(e);
        } finally {
            block.release();
        }
    }

    void data(int id, String text, boolean end) throws IOException {
        data(id, text.getBytes(StandardCharsets.ISO_8859_1), end);
    }

    /** As the windows allow. */
    void data(int id, byte[] bytes, boolean end) throws IOException {
        if (bytes.length == 0) {
            frame(DATA, end ? END_STREAM : 0, id, bytes);
        }
        for (int at = 0; at < bytes.length; ) {
            int n = awaitWindow(id, Math.min(FRAME_MAX, bytes.length - at));
            boolean last = at + n == bytes.length;
            frame(DATA, last && end ? END_STREAM : 0, id, Arrays.copyOfRange(bytes, at, at + n));
            at += n;
        }
    }

    /** In one frame with padding. */
    void padded(int id, byte[] bytes, int padding, boolean end) throws IOException {
        byte[] payload = new byte[1 + bytes.length + padding];
        payload[0] = (byte) padding;
        System.arraycopy(bytes, 0, payload, 1, bytes.length);
        int got = awaitWindow(id, payload.length);
        if (got != payload.length) {
            throw new IOException("the window is too small for a padded frame");
        }
        frame(DATA, PADDED | (end ? END_STREAM : 0), id, payload);
    }

    private int awaitWindow(int id, int wanted) throws IOException {
        synchronized (windows) {
            Stream stream = stream(id);
            long until = System.nanoTime() + PATIENCE_NANOS;
            while (!broken && (window <= 0 || stream.window <= 0)) {
                try {
                    windows.wait(100);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                if (stream.events.stream().anyMatch(event -> event.kind == RST_STREAM)) {
                    throw new StreamEnded("reset while it waited for a window", -1);
                }
                if (System.nanoTime() - until > 0) {
                    throw new IOException("no window for stream " + id + ": " + stream.window + " of " + window);
                }
            }
            if (broken) {
                throw new StreamEnded("the connection ended while it waited for a window", -1);
            }
            int n = (int) Math.min(wanted, Math.min(window, stream.window));
            window -= n;
            stream.window -= n;
            return n;
        }
    }

    void reset(int id, long code) throws IOException {
        frame(RST_STREAM, 0, id, ByteBuffer.allocate(4).putInt((int) code).array());
    }

    void goAway(int lastStream, long code) throws IOException {
        frame(
                GOAWAY,
                0,
                0,
                ByteBuffer.allocate(8).putInt(lastStream).putInt((int) code).array());
    }

    void windowUpdate(int id, int bytes) throws IOException {
        frame(WINDOW_UPDATE, 0, id, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    void frame(int kind, int flags, int id, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) kind).put((byte) flags).putInt(id).put(payload);
        synchronized (out) {
            if (kind == DATA || kind == HEADERS || kind == CONTINUATION) {
                stream(id).sent.addAndGet(frame.capacity()); // first: whoever gets it may ask at once
            }
            out.write(frame.array());
            out.flush();
        }
    }

    /** A request without a body. */
    int get(String path) throws IOException {
        int id = newStream();
        headers(id, true, request("GET", path));
        return id;
    }

    static String[] request(String method, String path, String... more) {
        List<String> all = new ArrayList<>(
                List.of(":method", method, ":scheme", "https", ":authority", "localhost", ":path", path));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    // ---- what comes ----

    private Stream stream(int id) {
        return streams.computeIfAbsent(id, unseen -> {
            var stream = new Stream();
            synchronized (windows) {
                stream.window = initialWindow;
            }
            return stream;
        });
    }

    private void readAll() {
        try {
            while (true) {
                readFrame();
            }
        } catch (IOException | Http2Exception end) {
            synchronized (windows) {
                broken = true;
                windows.notifyAll();
            }
            ended = true;
            streams.values().forEach(each -> each.events.add(new Event(-1, true, new byte[0], null, -1)));
            opened.add(-1);
        }
    }

    private void readFrame() throws IOException, Http2Exception {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int kind = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int id = in.readInt() & 0x7fff_ffff;
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
            throw new EOFException();
        }
        switch (kind) {
            case DATA -> dataRead(id, flags, payload);
            case HEADERS -> headersRead(id, flags, payload);
            case RST_STREAM ->
                stream(id)
                        .events
                        .add(new Event(
                                RST_STREAM,
                                true,
                                payload,
                                null,
                                ByteBuffer.wrap(payload).getInt() & 0xffff_ffffL));
            case SETTINGS -> settingsRead(flags, payload);
            case PING -> {
                if ((flags & ACK) == 0) {
                    frame(PING, ACK, 0, payload);
                }
            }
            case GOAWAY -> goAways.add(ByteBuffer.wrap(payload).getInt());
            case WINDOW_UPDATE -> windowRead(id, ByteBuffer.wrap(payload).getInt());
            default -> {}
        }
    }

    private void dataRead(int id, int flags, byte[] payload) throws IOException {
        Stream stream = stream(id);
        stream.received.addAndGet(9 + payload.length);
        byte[] data = (flags & PADDED) == 0
                ? payload
                : Arrays.copyOfRange(payload, 1, payload.length - Byte.toUnsignedInt(payload[0]));
        boolean end = (flags & END_STREAM) != 0;
        stream.events.add(new Event(DATA, end, data, null, 0));
        if (payload.length > 0) {
            windowUpdate(0, payload.length);
            if (!end && !stream.holdsWindow) {
                windowUpdate(id, payload.length);
            }
        }
    }

    private void headersRead(int id, int flags, byte[] payload) throws IOException, Http2Exception {
        boolean isNew = !streams.containsKey(id);
        Stream stream = stream(id);
        long bytes = 9L + payload.length;
        var block = new ByteArrayOutputStream();
        int from = 0;
        int to = payload.length;
        if ((flags & PADDED) != 0) {
            from++;
            to -= Byte.toUnsignedInt(payload[0]);
        }
        from += (flags & 0x20) != 0 ? 5 : 0; // priority
        block.write(payload, from, to - from);
        boolean whole = (flags & END_HEADERS) != 0;
        while (!whole) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            in.readUnsignedByte();
            whole = (in.readUnsignedByte() & END_HEADERS) != 0;
            in.readInt();
            block.write(in.readNBytes(length));
            bytes += 9L + length;
        }
        stream.received.addAndGet(bytes);
        Http2Headers headers = decoder.decodeHeaders(id, Unpooled.wrappedBuffer(block.toByteArray()));
        stream.events.add(new Event(HEADERS, (flags & END_STREAM) != 0, new byte[0], headers, 0));
        if (isNew) {
            opened.add(id);
        }
    }

    private void settingsRead(int flags, byte[] payload) throws IOException {
        if ((flags & ACK) != 0) {
            return;
        }
        ByteBuffer pairs = ByteBuffer.wrap(payload);
        while (pairs.hasRemaining()) {
            int setting = pairs.getShort();
            int value = pairs.getInt();
            settingsSeen.add(new int[] {setting, value});
            if (setting == INITIAL_WINDOW_SIZE) {
                synchronized (windows) {
                    long more = value - initialWindow;
                    initialWindow = value;
                    streams.values().forEach(each -> each.window += more);
                    windows.notifyAll();
                }
            }
        }
        frame(SETTINGS, ACK, 0, new byte[0]);
    }

    private void windowRead(int id, int bytes) {
        synchronized (windows) {
            if (id == 0) {
                window += bytes;
            } else {
                stream(id).window += bytes;
            }
            windows.notifyAll();
        }
    }

    /** The peer's next stream; -1 if the connection ended. */
    int awaitStream() throws IOException {
        Integer id = poll(opened);
        if (id == null) {
            throw new IOException("no stream was opened");
        }
        return id;
    }

    /** Waits until the peer has stated this, and returns the value. */
    int awaitSetting(int setting) throws IOException {
        while (true) {
            int[] seen = poll(settingsSeen);
            if (seen == null) {
                throw new IOException("the peer never stated setting " + setting);
            }
            if (seen[0] == setting) {
                return seen[1];
            }
        }
    }

    /** The last stream that the peer's GOAWAY says it takes. */
    int awaitGoAway() throws IOException {
        Integer last = poll(goAways);
        if (last == null) {
            throw new IOException("the peer said no goodbye");
        }
        return last;
    }

    private static <T> @Nullable T poll(LinkedBlockingQueue<T> queue) throws IOException {
        try {
            return queue.poll(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Whether the peer has ended the connection. */
    boolean isEnded() {
        return ended;
    }

    /** Keeps the stream's window from now on. */
    void hold(int id) {
        stream(id).holdsWindow = true;
    }

    private Event next(int id) throws IOException {
        Event event = poll(stream(id).events);
        if (event == null) {
            throw new IOException("nothing more on stream " + id);
        }
        if (event.kind == RST_STREAM || event.kind == -1) {
            throw new StreamEnded(event.kind == -1 ? "the connection ended" : "the stream was reset", event.code);
        }
        stream(id).endSeen = event.end;
        return event;
    }

    /** The next head, whatever it is. */
    Http2Headers head(int id) throws IOException {
        Event event = next(id);
        if (event.headers == null) {
            throw new IOException("data where a head was expected");
        }
        return event.headers;
    }

    /** The next piece of data. */
    String piece(int id) throws IOException {
        Event event = next(id);
        if (event.kind != DATA) {
            throw new IOException("no data but " + event.headers);
        }
        return new String(event.data, StandardCharsets.ISO_8859_1);
    }

    /** All to the end of the stream. */
    Message message(int id) throws IOException {
        List<Http2Headers> interims = new ArrayList<>();
        while (true) {
            Event event = next(id);
            Http2Headers headers = event.headers;
            if (headers == null) {
                throw new IOException("data where a head was expected");
            }
            if (headers.status() == null || headers.status().charAt(0) != '1') {
                return rest(id, interims, headers, event.end);
            }
            interims.add(headers);
        }
    }

    /** What follows a head. */
    Message rest(int id, List<Http2Headers> interims, Http2Headers head, boolean ended) throws IOException {
        var body = new ByteArrayOutputStream();
        Http2Headers trailers = null;
        boolean end = ended;
        while (!end) {
            Event event = next(id);
            body.writeBytes(event.data);
            trailers = event.headers;
            end = event.end;
        }
        return new Message(interims, head, body.toByteArray(), trailers, ended);
    }

    /** Reads on after a head to the end of the message. */
    void drain(int id) throws IOException {
        Stream stream = stream(id);
        while (!stream.endSeen) {
            next(id);
        }
    }

    /** Waits for the end of a stream whose content nobody wants; the code of its reset. */
    long awaitReset(int id) throws IOException {
        try {
            while (true) {
                next(id);
            }
        } catch (StreamEnded end) {
            return end.code;
        }
    }

    /** Bytes of the stream's messages. */
    long sent(int id) {
        return stream(id).sent.get();
    }

    long received(int id) {
        return stream(id).received.get();
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
