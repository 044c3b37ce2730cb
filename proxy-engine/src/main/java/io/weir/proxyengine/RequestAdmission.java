package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests of one client connection are served: those for which a session may begin, that are well-formed, and whose user may, which is perhaps known only later. All
 * others are answered. Event loop of the connection.
 */
final class RequestAdmission implements RequestGate.Listener {
    private final EngineLoop loop;
    private final ClientLife life;
    private final SocketChannel client;
    private final RequestDispatch dispatch;
    private final ClientAnswers answers;
    private final Caller nobody;
    private @Nullable LoopAccess asks; // when the last request came
    private @Nullable RequestGate gate; // null if the client need not say who it is then

    RequestAdmission(
            EngineLoop loop, ClientLife life, SocketChannel client, RequestDispatch dispatch, ClientAnswers answers) {
        this.loop = loop;
        this.life = life;
        this.client = client;
        this.dispatch = dispatch;
        this.answers = answers;
        nobody = life.caller();
    }

    /** Whether a request waits until it is known whose it is. */
    boolean isChecking() {
        return gate != null && gate.isChecking();
    }

    /**
     * Has the request served or answered, now or later.
     *
     * @param latest whom the request before was for
     */
    void admit(HttpRequest request, Site latest) {
        if (isOverloaded(request)) {
            return;
        }
        Refusal fault = MessageRules.refusal(request, latest.text());
        if (fault != null) {
            answers.refuse(request, fault);
        } else {
            ask(request);
        }
    }

    /** Answers so if no session may begin. */
    private boolean isOverloaded(HttpRequest request) {
        String refusal = loop.admission().refusal();
        if (refusal == null) {
            return false;
        }
        answers.overloaded(request, refusal);
        return true;
    }

    /** By the users as they are now: since the last request they may have become others. */
    private void ask(HttpRequest request) {
        if (isGone(request)) {
            return;
        }
        LoopAccess access = loop.access();
        if (!Objects.equals(access, asks)) {
            asks = access;
            gate = access == null || !access.asks(nobody) ? null : new RequestGate(access, nobody, this);
        }
        if (gate != null) {
            gate.admit(request);
        } else {
            serve(request, nobody);
        }
    }

    @Override
    public void admitted(HttpRequest request, Caller user) {
        goOn(request, user, null);
    }

    @Override
    public void turnedAway(HttpRequest request, Refusal refusal) {
        goOn(request, nobody, refusal);
    }

    /** What it is may have been asked long ago: the connection may have ended, and sessions may begin no more. */
    private void goOn(HttpRequest request, Caller user, @Nullable Refusal refusal) {
        if (life.hasLeft()) {
            return;
        }
        try {
            if (isOverloaded(request) || isGone(request)) {
                return;
            }
            if (areUsersOthers()) {
                ask(request);
            } else if (refusal != null) {
                answers.turnAway(request, refusal);
            } else {
                serve(request, user);
            }
        } catch (RuntimeException | Error e) { // nobody else would end the connection
            client.pipeline().fireExceptionCaught(e);
        }
    }

    private void serve(HttpRequest request, Caller user) {
        life.caller(user);
        dispatch.serve(request);
    }

    /** Answers so if the client's entrance is no more, and none is for such as it: so it learns nothing of its password either, which may be looked at meanwhile. */
    private boolean isGone(HttpRequest request) {
        Refusal gone = loop.entrance().turnedAway(nobody);
        if (gone == null) {
            return false;
        }
        answers.refuse(request, gone);
        return true;
    }

    /** Whether those that were asked are not the ones of now: then what they said is void. */
    private boolean areUsersOthers() {
        return !Objects.equals(loop.access(), asks);
    }
}
