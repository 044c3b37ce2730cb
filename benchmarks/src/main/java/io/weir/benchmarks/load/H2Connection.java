package io.weir.benchmarks.load;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection inside an intercepted tunnel over which several clients send requests at the same time, each on a stream
 * of its own. It is opened when one of them needs it, and ended when all have left; then the other side's end is waited
 * for, as what it still sends counts. Event loop's thread.
 */
final class H2Connection implements Conversation, FrameReader.Frames {
    private static final int GET = 0x82; // HPACK: whole fields from the static table
    private static final int HTTPS = 0x87;
    private static final int PATH = 0x04; // names from it, not to be remembered
    private static final int AUTHORITY = 0x01;

    private final Crew crew;
    private final Route route;
    private final int number;
    private final Tls tls;
    private final int size;
    private final byte[] requestFields;
    private final List<Client> clients = new ArrayList<>();
    private final List<Client> opening = new ArrayList<>(); // who wants it to be open, and who wants to send
    private final Map<Integer, Client> busy = new HashMap<>(); // by stream
    private FrameReader reader = new FrameReader();
    private FrameWriter writer = new FrameWriter();
    private DefaultHttp2HeadersDecoder fields = new DefaultHttp2HeadersDecoder(false);
    private @Nullable Wire wire;
    private State state = State.CLOSED;
    private int nextStream;
    private boolean isChecked;

    private enum State {
        CLOSED,
        OPENING,
        OPEN,
        ENDING
    }

    H2Connection(Crew crew, Route route, int number, Tls tls, long size) {
        this.crew = crew;
        this.route = route;
        this.number = number;
        this.tls = tls;
        this.size = Math.toIntExact(size);
        requestFields = requestFields();
    }

    private byte[] requestFields() {
        var block = new ByteArrayOutputStream();
        block.write(GET);
        block.write(HTTPS);
        literal(block, PATH, "/" + size);
        literal(block, AUTHORITY, route.authority(number));
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, int name, String value) {
        block.write(name);
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** One more client. */
    Worker client() {
        var client = new Client();
        clients.add(client);
        return client;
    }

    /** Who sends one request at a time over the connection. */
    private final class Client implements Worker {
        private int received;
        private boolean isBusy;
        private boolean hasHead;
        private boolean hasFinished;
        private long due;

        @Override
        public void open() {
            if (state == State.OPEN) {
                crew.ready(this);
            } else {
                await(this);
            }
        }

        @Override
        public void start(long dueNanos) {
            due = dueNanos;
            isBusy = true;
            hasHead = false;
            received = 0;
            Wire open = wire;
            if (state == State.OPEN && open != null) {
                request(this);
                open.attempt(() -> writer.flush(open));
            } else {
                await(this);
            }
        }

        @Override
        public void finish() {
            if (!isBusy) {
                hasFinished = true;
                endIfAllHaveFinished();
            }
        }
    }

    private void await(Client client) {
        opening.add(client);
        if (state == State.CLOSED) {
            state = State.OPENING;
            reader = new FrameReader();
            writer = new FrameWriter();
            fields = new DefaultHttp2HeadersDecoder(false);
            nextStream = 1;
            Tunnel.open(crew.loop(), route, number, crew.tally(), new StartOfTls(tls, this));
        }
    }

    @Override
    public void opened(Wire opened) throws IOException {
        if (!(opened instanceof TlsWire secure) || !secure.protocol().equals(Tls.H2)) {
            throw new IOException("no HTTP/2: the other side has not chosen it");
        }
        if (!isChecked) {
            route.checkIssuer(secure.certificate().getIssuerX500Principal());
            isChecked = true;
        }
        wire = opened;
        state = State.OPEN;
        writer.raw(FrameWriter.PREFACE);
        writer.settings(true);
        List<Client> waited = List.copyOf(opening);
        opening.clear();
        for (Client each : waited) {
            if (each.isBusy) {
                request(each);
            } else {
                crew.ready(each);
            }
        }
        writer.flush(opened);
    }

    private void request(Client client) {
        busy.put(nextStream, client);
        writer.frame(FrameReader.HEADERS, FrameReader.END_HEADERS | FrameReader.END_STREAM, nextStream, requestFields);
        nextStream += 2;
    }

    @Override
    public void received(Wire open, ByteBuffer bytes) throws IOException {
        reader.read(bytes, this);
        if (state == State.OPEN) {
            writer.flush(open);
        }
    }

    @Override
    public void drained(Wire open) throws IOException {
        if (state == State.OPEN) {
            writer.flush(open);
        }
    }

    @Override
    public void frame(int type, int flags, int stream, ByteBuffer payload) throws IOException {
        switch (type) {
            case FrameReader.HEADERS -> {
                Client client = client(stream);
                check(stream, FrameReader.fields(flags, payload));
                client.hasHead = true;
                if ((flags & FrameReader.END_STREAM) != 0) {
                    completed(stream, client);
                }
            }
            case FrameReader.RST_STREAM -> {
                if (busy.containsKey(stream)) {
                    throw new IOException("a stream was reset with error " + payload.getInt());
                }
            }
            case FrameReader.CONTINUATION -> throw new IOException("a head in several frames");
            default -> writer.answer(type, flags, payload);
        }
    }

    private Client client(int stream) throws IOException {
        Client client = busy.get(stream);
        if (client == null) {
            throw new IOException("something came for stream " + stream + ", on which nothing was asked");
        }
        return client;
    }

    private void check(int stream, ByteBuffer block) throws IOException {
        try {
            Http2Headers head = fields.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
            if (head.status() == null || !"200".contentEquals(head.status())) {
                throw new IOException("not the response that was asked for: status " + head.status());
            }
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    public void data(int stream, ByteBuffer piece, boolean isLast) throws IOException {
        Client client = client(stream);
        int count = piece.remaining();
        if (!client.hasHead
                || client.received + count > size
                || !crew.loop().filler().takeEqual(piece, client.received, count)) {
            throw new IOException(
                    "something else came than was sent, in the " + count + " bytes from " + client.received);
        }
        client.received += count;
        writer.taken(count);
        if (isLast) {
            completed(stream, client);
        }
    }

    private void completed(int stream, Client client) throws IOException {
        if (client.received != size) {
            throw new IOException("only " + client.received + " bytes came");
        }
        busy.remove(stream);
        client.isBusy = false;
        crew.done(client, client.due);
    }

    private void endIfAllHaveFinished() {
        if (state == State.ENDING || !clients.stream().allMatch(each -> each.hasFinished)) {
            return;
        }
        Wire open = wire;
        if (open == null) {
            clients.forEach(crew::left);
        } else {
            state = State.ENDING;
            open.attempt(open::end);
        }
    }

    @Override
    public void ended() {
        failed(new IOException("the connection ended before the responses were complete"));
    }

    /** Who was waiting for something has failed; the others open it again when they need it. */
    @Override
    public void failed(IOException cause) {
        boolean isOver = state == State.ENDING;
        state = State.CLOSED;
        wire = null;
        if (isOver) {
            clients.forEach(crew::left);
            return;
        }
        List<Client> failed = new ArrayList<>(busy.values());
        failed.addAll(opening);
        busy.clear();
        opening.clear();
        for (Client each : failed) {
            each.isBusy = false;
            each.hasFinished = crew.isFinishing();
            crew.failed(each, cause);
        }
        if (crew.isFinishing()) {
            endIfAllHaveFinished();
        }
    }
}
