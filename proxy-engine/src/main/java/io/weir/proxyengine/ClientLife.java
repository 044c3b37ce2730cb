package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.weir.eventbus.CloseReason;

/**
 * The life of one client connection that speaks HTTP/1.1: goes from one request to the next, leaves to whoever takes the connection over, and ends when it should. One that ends
 * in the middle of a head gets a session for that. Event loop of its channel.
 *
 * <pre>
 *   WAITING ── head ──► UNDER WAY ── relay, last answer ──► LEFT
 *    │   ▲                  │ │                              ▲
 *    │   └──── served ──────┘ └───────── aborted ────────────┤
 *    └─ drained, timed out, ended ───────────────────────────┘
 * </pre>
 */
final class ClientLife implements Waiting {
    private final EngineLoop loop;
    private final SocketChannel client;
    private final Caller nobody;
    private final RequestDecoder decoder;
    private final ClientBytes bytes;
    private final Underway underway;
    private final HeadWatch watch;
    private final ExchangeMemory memory;
    private final ClientAnswers answers;
    private final RequestAdmission admission;
    private Caller caller;
    private boolean inputEnded;
    private boolean left;
    private int sweepPosition = -1;

    ClientLife(
            EngineLoop loop,
            SocketChannel client,
            Caller caller,
            RequestDecoder decoder,
            ClientBytes bytes,
            Underway underway) {
        this.loop = loop;
        this.client = client;
        this.caller = caller;
        this.decoder = decoder;
        this.bytes = bytes;
        this.underway = underway;
        nobody = caller;
        watch = new HeadWatch(loop);
        memory = new ExchangeMemory(loop, client);
        answers = new ClientAnswers(loop, this, client, decoder, bytes, underway);
        var dispatch = new RequestDispatch(loop, this, client, decoder, bytes, underway, memory, answers);
        admission = new RequestAdmission(loop, this, client, dispatch, answers);
    }

    /** Waits for the first request, since then. */
    void begin(long sinceNanos) {
        watch.waitsSince(sinceNanos);
        loop.sweep().add(this);
    }

    /** Whose the request is that is served; whose the connection is if none is. */
    Caller caller() {
        return caller;
    }

    /** The request is served for that user. */
    void caller(Caller user) {
        caller = user;
    }

    /** What one exchange leaves to the next. */
    ExchangeMemory memory() {
        return memory;
    }

    /** Answers instead of an origin. */
    ClientAnswers answers() {
        return answers;
    }

    /** A request has come, perhaps a malformed one. */
    void headCame(HttpRequest request) {
        watch.headCame();
        caller = nobody;
        admission.admit(request, memory.site());
    }

    /** The client has its answer, and the connection can carry the next request. */
    void served() {
        underway.ended();
        bytes.served();
        caller = nobody;
        watch.waitsSince(System.nanoTime());
        if (!loop.keeps(nobody)) {
            client.close();
            return;
        }
        if (!client.config().isAutoRead()) {
            client.config().setAutoRead(true);
        }
        try {
            decoder.resume();
        } catch (Exception e) {
            client.pipeline().fireExceptionCaught(e);
        }
        endIfNothingFollows();
    }

    /** The client sends nothing more. */
    void inputEnded() {
        inputEnded = true;
        Exchange exchange = underway.exchange();
        if (exchange != null) {
            exchange.clientEnded();
        } else if (isBetweenRequests()) {
            client.close();
        }
    }

    /** All that one read gave has been heard. */
    void readComplete() {
        if (inputEnded) {
            endIfNothingFollows();
        }
    }

    /** No more can come, and nothing of what came is left. */
    private void endIfNothingFollows() {
        if (isBetweenRequests() && !left && decoder.isStuck() && client.isInputShutdown()) {
            client.close();
        }
    }

    /** Whether nothing is under way, but perhaps a head that is not whole. */
    private boolean isBetweenRequests() {
        return underway.isNothing() && !admission.isChecking();
    }

    private boolean isHeadBegun() {
        return bytes.headBytes() > 0 || decoder.waitingBytes() > 0;
    }

    // ---- what takes it over, or ends it ----

    /** Whether somebody else has the connection, or it has ended. */
    boolean hasLeft() {
        return left;
    }

    /** Somebody else has the connection from now on, and the bytes that wait in the decoder. */
    void leave() {
        if (!left) {
            left = true;
            bytes.stop();
            loop.sweep().remove(this);
            memory.close();
        }
    }

    /** Leaves it to whoever has put itself behind in the pipeline. */
    void makeWay() {
        leave();
        client.pipeline().remove(ClientHandler.class);
        client.pipeline().remove(decoder); // what it holds passes on
    }

    /** The connection ends with bytes that nobody will take any more: they were read, so they count. */
    void settle() {
        bytes.consumed(decoder.waitingBytes());
        leave();
    }

    /** The channel has ended. */
    void channelEnded() {
        end(inputEnded ? CloseReason.CLIENT_ABORTED : CloseReason.CLIENT_RESET);
    }

    /** Ends whatever there is; the caller closes the channel if it is open. */
    void end(CloseReason reason) {
        if (left) {
            return;
        }
        settle();
        if (!underway.abort(reason)) {
            loop.admission().countUnserved(caller, bytes.headerBytes(), bytes.headBytes(), 0, reason);
        }
    }

    /** Ends the connection if it is between two requests. */
    @Override
    public void drain() {
        if (isBetweenRequests() && !isHeadBegun()) {
            client.close();
        }
    }

    /** Ends the connection if it has carried a request and not begun the next. */
    void endKeptAlive() {
        if (!watch.isFirst()) {
            drain();
        }
    }

    /** Ends the connection, whatever has come of its next head. */
    @Override
    public void close() {
        client.close();
    }

    @Override
    public void sweep(long nowNanos) {
        memory.forgetOutdated();
        if (underway.sweep(nowNanos) || admission.isChecking()) {
            return; // how long a check takes has bounds of its own
        }
        if (memory.isWaiting()) {
            watch.waitsSince(nowNanos); // it may speak, and we do not listen
            return;
        }
        boolean begun = isHeadBegun();
        if (watch.isOverdue(begun, nowNanos)) {
            timeOut(begun);
        }
    }

    private void timeOut(boolean begun) {
        if (begun && loop.admission().refusal() == null) {
            answers.headTimedOut();
            return;
        }
        if (begun) {
            end(CloseReason.HEAD_TIMEOUT);
        }
        client.close();
    }

    @Override
    public int sweepPosition() {
        return sweepPosition;
    }

    @Override
    public void sweepPosition(int position) {
        sweepPosition = position;
    }
}
