package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import org.jspecify.annotations.Nullable;

/**
 * Records one {@link Exchange}, whose host is one that is read, or of which that is not known before its address is: then all is kept until it is. Event loop of the
 * exchange.
 */
final class PlainRecording {
    private final Interception interception;
    private final Authority authority;
    private final @Nullable Ruling ruling;
    private final long sinceNanos = System.nanoTime();
    private @Nullable ExchangeRecorder recorder; // null as soon as it is known that the host is not read

    private PlainRecording(
            Interception interception, Authority authority, @Nullable Ruling ruling, ExchangeRecorder recorder) {
        this.interception = interception;
        this.authority = authority;
        this.ruling = ruling;
        this.recorder = recorder;
    }

    /**
     * Begins with the request as it came.
     *
     * @param received the version of HTTP in which it came
     * @return null if nobody reads the host
     */
    static @Nullable PlainRecording begin(
            EngineLoop loop,
            SessionMeter meter,
            Caller caller,
            @Nullable Ruling ruling,
            HttpRequest head,
            HttpVersion received,
            HttpTarget target) {
        Interception interception = loop.interception();
        Authority authority = target.authority();
        boolean isOpen = isOpen(ruling);
        if (interception == null || !(isOpen || interception.reads(authority, ruling))) {
            return null;
        }
        var recorder = new ExchangeRecorder(
                interception,
                loop,
                meter,
                meter,
                SessionProtocol.HTTP,
                caller.remote(),
                authority,
                0,
                isOpen ? null : interception.bodies(authority, ruling));
        recorder.request(
                head.method().name(), target.url(), RequestHead.name(received), head.headers(), new FieldMemory());
        return new PlainRecording(interception, authority, ruling, recorder);
    }

    private static boolean isOpen(@Nullable Ruling ruling) {
        return ruling != null && ruling.isOpen();
    }

    /** The address is known now, and with it the rule, which was not before. */
    void settled() {
        if (recorder == null) {
            return;
        }
        if (interception.reads(authority, ruling)) {
            recorder.keepBodies(interception.bodies(authority, ruling));
        } else {
            forget(recorder);
        }
    }

    /** It ends. If the address is not known, the rule is not known: the options decide. */
    void ends() {
        if (isOpen(ruling) && recorder != null && !interception.reads(authority, ruling)) {
            forget(recorder);
        }
    }

    private void forget(ExchangeRecorder recording) {
        recording.forget();
        recorder = null;
    }

    /** An origin has it now. */
    void carriedBy(OriginHandler connection) {
        if (recorder != null) {
            long micros = connection.isReused() ? ExchangeTimes.NEVER : (System.nanoTime() - sinceNanos) / 1000;
            recorder.origin(new OriginFacts(connection.address(), "HTTP/1.1", "", micros, ExchangeTimes.NEVER));
        }
    }

    void requestContent(HttpContent content) {
        if (recorder != null) {
            recorder.requestContent(content.content());
        }
    }

    /** Of a response, which counts if it is a final one. */
    void responseHead(HttpResponse head) {
        if (recorder != null
                && !head.decoderResult().isFailure()
                && head.status().code() >= 200) {
            recorder.response(head.status(), head.headers(), new FieldMemory());
        }
    }

    void responseContent(HttpContent content) {
        if (recorder != null && content.decoderResult().isSuccess()) {
            recorder.responseContent(content.content());
        }
    }

    /** It gets no response but that. */
    void refused(Refusal refusal) {
        if (recorder != null) {
            recorder.answered(refusal.status());
            recorder.failed(refusal.message());
        }
    }
}
