package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.bodies.BodyStore;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Collects the facts of one exchange and gives them to the ledger when it is over; while bodies are being stored, when they are. Event loop of the
 * exchange.
 *
 * <p>Fields are looked at when they come, since whoever passes the message on may change them.
 */
final class ExchangeRecorder {
    private final Interception interception;
    private final EngineLoop loop;
    private final SessionMeter session;
    private final SessionMeter socket;
    private final SessionProtocol protocol;
    private final String remote;
    private final Authority host;
    private final Tally wireBefore;
    private final int headBytes;
    private final long startedAtMillis = System.currentTimeMillis();
    private final long startedNanos = System.nanoTime();
    private RecordedBody requestBody;
    private RecordedBody responseBody;
    private String method = "";
    private String url = "";
    private String clientProtocol = "";
    private RecordedFields requestFields = RecordedFields.NONE;
    private RecordedFields responseFields = RecordedFields.NONE;
    private OriginFacts origin = OriginFacts.NONE;
    private long firstByteMicros = ExchangeTimes.NEVER;
    private int status;
    private String error = "";
    private boolean forgotten;

    /**
     * Makes a recorder.
     *
     * @param session the exchange's
     * @param socket the session that counts what crosses the client's socket
     * @param remote the client's address
     * @param host whom the request is for
     * @param headBytes that the read with the request's head took from the client's socket; they are counted already
     * @param store where bodies go; null if they are not kept
     */
    ExchangeRecorder(
            Interception interception,
            EngineLoop loop,
            SessionMeter session,
            SessionMeter socket,
            SessionProtocol protocol,
            String remote,
            Authority host,
            int headBytes,
            @Nullable BodyStore store) {
        this.interception = interception;
        this.loop = loop;
        this.session = session;
        this.socket = socket;
        this.protocol = protocol;
        this.remote = remote;
        this.host = host;
        this.headBytes = headBytes;
        wireBefore = socket.total().toTally();
        session.beforeClose(this::closing);
        requestBody = new RecordedBody(store, loop.eventLoop());
        responseBody = new RecordedBody(store, loop.eventLoop());
    }

    /** Whom the request is for, as the ledger has it. */
    String host() {
        return host.toString();
    }

    /** Only now it is known where bodies go; there was nothing of them. */
    void keepBodies(@Nullable BodyStore store) {
        requestBody = new RecordedBody(store, loop.eventLoop());
        responseBody = new RecordedBody(store, loop.eventLoop());
    }

    /** The exchange is not to be recorded after all. */
    void forget() {
        forgotten = true;
    }

    void request(String asked, String target, String spoken, HttpHeaders fields, FieldMemory memory) {
        method = asked;
        url = target;
        clientProtocol = spoken;
        requestFields = memory.of(interception.redaction(), fields);
    }

    void origin(OriginFacts facts) {
        origin = facts;
    }

    void response(HttpResponseStatus received, HttpHeaders fields, FieldMemory memory) {
        status = received.code();
        responseFields = memory.of(interception.redaction(), fields);
        firstByteMicros = micros();
    }

    /** The proxy has answered itself. */
    void answered(HttpResponseStatus own) {
        status = own.code();
    }

    /** Why it is not completed, for people. */
    void failed(String why) {
        error = why;
    }

    void requestContent(ByteBuf data) {
        requestBody.add(data);
    }

    void responseContent(ByteBuf data) {
        responseBody.add(data);
    }

    /** What comes from now on are the frames of a WebSocket, if that is what was agreed on. */
    void countFrames() {
        requestBody.countFrames();
        responseBody.countFrames();
    }

    private long micros() {
        return (System.nanoTime() - startedNanos) / 1000;
    }

    /** The session closes: records the exchange, unless bodies are still being stored, in which case that follows. */
    void closing(CloseReason reason) {
        if (forgotten) {
            return;
        }
        if (error.isEmpty() && reason != CloseReason.COMPLETED) {
            error = reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
        long lastByteMicros = micros();
        Tally messages = session.total().toTally();
        Tally wire =
                protocol == SessionProtocol.HTTPS_MITM ? crossed(socket.total().toTally()) : messages;
        requestBody.end(error.isEmpty());
        responseBody.end(error.isEmpty());
        Runnable record = () -> record(messages, wire, lastByteMicros);
        requestBody.whenStored(() -> responseBody.whenStored(record));
    }

    private void record(Tally messages, Tally wire, long lastByteMicros) {
        var exchange = new ExchangeCompleted(
                session.id(),
                socket.equals(session) ? 0 : socket.id(),
                protocol,
                remote,
                host.toString(),
                method,
                interception.redaction().url(url),
                status,
                clientProtocol,
                origin.protocol(),
                origin.address(),
                origin.certificate(),
                requestBody.facts(requestFields),
                responseBody.facts(responseFields),
                messages,
                wire,
                new ExchangeTimes(
                        startedAtMillis, origin.connectMicros(), origin.tlsMicros(), firstByteMicros, lastByteMicros),
                requestBody.frames(),
                responseBody.frames(),
                error);
        if (session.isOpen()) {
            session.exchangeCompleted(exchange);
        } else {
            loop.ledger().record(exchange);
        }
    }

    /** What has crossed the sockets since the exchange began. */
    private Tally crossed(Tally now) {
        return new Tally(
                now.up() - wireBefore.up() + headBytes,
                now.down() - wireBefore.down(),
                now.overheadUp() - wireBefore.overheadUp(),
                now.overheadDown() - wireBefore.overheadDown(),
                now.originUp() - wireBefore.originUp(),
                now.originDown() - wireBefore.originDown());
    }
}
