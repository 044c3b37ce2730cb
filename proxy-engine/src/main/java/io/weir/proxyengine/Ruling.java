package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.proxyengine.rules.Action.Allow;
import io.weir.proxyengine.rules.Action.Refuse;
import io.weir.proxyengine.rules.Choice;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.rules.Scheme;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the rules say of one session, by the rules that were in force when it began. There is none where there are no rules. Event loop of the session.
 *
 * <p>It is open as long as a rule that would decide has a condition on the address, and that is not known; then it is asked about each address
 * that could be connected, and settled by the one that is.
 */
final class Ruling {
    /** RFC 7725. */
    private static final HttpResponseStatus LEGAL_REASONS =
            new HttpResponseStatus(451, "Unavailable For Legal Reasons");

    private static final Refusal UNKNOWN_ADDRESS = new Refusal(
            HttpResponseStatus.FORBIDDEN,
            "http_request_denied",
            "a rule depends on the address that this leads to, and only the upstream knows it",
            CloseReason.DENIED);

    private final Judgement judgement;
    private @Nullable CompiledRule rule; // null while it is open
    private boolean counted;

    private Ruling(Judgement judgement) {
        this.judgement = judgement;
        rule = judgement.dependsOnAddress() ? null : judgement.rule();
    }

    /** Of a tunnel that is asked for. */
    static @Nullable Ruling ofTunnel(EngineLoop loop, TunnelReply reply, Authority authority, Caller caller) {
        return of(loop, reply == TunnelReply.HTTP ? Scheme.CONNECT : Scheme.SOCKS, "CONNECT", authority, caller);
    }

    private static @Nullable Ruling of(
            EngineLoop loop, Scheme scheme, String method, Authority authority, Caller caller) {
        Rules rules = loop.rules();
        return rules == null ? null : new Ruling(Judgement.of(rules, scheme, method, authority, caller));
    }

    /** Of the next exchange of a connection, on which the one before is likely to have asked for the same. */
    static @Nullable Ruling next(
            @Nullable Ruling before, EngineLoop loop, String method, Authority authority, Caller caller) {
        Rules rules = loop.rules();
        if (before == null || rules == null) {
            return of(loop, Scheme.HTTP, method, authority, caller);
        }
        Judgement known = before.judgement;
        return new Ruling(
                known.isOf(rules, Scheme.HTTP, method, authority, caller)
                        ? known
                        : Judgement.of(rules, Scheme.HTTP, method, authority, caller));
    }

    /**
     * Of an exchange in a tunnel, by the rules of now, whether or not there were any when the tunnel was opened. Its origin is connected: it is settled, or refused if a rule
     * asks for an address that only an upstream knows.
     *
     * @param destination where the tunnel leads to; null if that is not known
     * @param tunnel whom its client asked for
     */
    static @Nullable Ruling inside(
            EngineLoop loop,
            @Nullable InetAddress destination,
            Authority tunnel,
            Scheme scheme,
            String method,
            Authority authority,
            Caller caller) {
        Rules rules = loop.rules();
        if (rules == null) {
            return null;
        }
        InetAddress address = destination == null ? tunnel.address() : destination;
        return new Ruling(Judgement.settled(rules, scheme, method, authority, caller, address));
    }

    /** Whether other rules are in force now, or none. */
    boolean isOutdated(EngineLoop loop) {
        return !judgement.rules().equals(loop.rules());
    }

    /** Why nothing is carried, whatever the address; null if it may be. */
    @Nullable Refusal refusal() {
        if (judgement.isUnknown()) {
            return UNKNOWN_ADDRESS;
        }
        return rule == null ? null : refusal(rule);
    }

    /** Why nothing is carried to that address; null if it may be. */
    @Nullable Refusal refusal(InetAddress destination) {
        return judgement.dependsOnAddress() ? refusal(judgement.rule(destination)) : refusal();
    }

    /** Whether it may be carried to that address, which is null if there is none any more. */
    boolean allows(@Nullable InetAddress destination) {
        return destination == null ? !judgement.dependsOnAddress() && refusal() == null : refusal(destination) == null;
    }

    private static @Nullable Refusal refusal(CompiledRule decides) {
        return decides.action() instanceof Refuse refuse
                ? new Refusal(
                        refuse.status() == LEGAL_REASONS.code()
                                ? LEGAL_REASONS
                                : HttpResponseStatus.valueOf(refuse.status()),
                        "http_request_denied",
                        refuse.text(),
                        CloseReason.DENIED,
                        "",
                        decides)
                : null;
    }

    /** It is, or would be, carried to that address; null if there is none any more, and then it stays open. */
    void settle(@Nullable InetAddress destination) {
        if (destination == null) {
            return;
        }
        if (judgement.dependsOnAddress()) {
            rule = judgement.rule(destination);
        }
    }

    /** The session is carried; says so, and counts that once, if it is settled. A refusal is said and counted with its record. */
    void allowed(SessionMeter meter) {
        CompiledRule decides = rule;
        if (decides != null && !counted) {
            counted = true;
            decides.count();
            meter.routed(decides.name(), meter.route().upstream());
        }
    }

    /** What a rule says of reading a tunnel. */
    static Choice intercept(@Nullable Ruling ruling) {
        Allow allow = allow(ruling);
        return allow == null ? Choice.UNSAID : allow.intercept();
    }

    /** What a rule says of storing bodies. */
    static Choice capture(@Nullable Ruling ruling) {
        Allow allow = allow(ruling);
        return allow == null ? Choice.UNSAID : allow.capture();
    }

    /** How fast a rule lets each session go, in bytes per second; 0 if it does not say. */
    static long bandwidth(@Nullable Ruling ruling) {
        Allow allow = allow(ruling);
        return allow == null ? 0 : allow.bandwidth();
    }

    /** Which way a rule sends it; empty if none says anything, or that depends on an address that is not known. */
    static String upstream(@Nullable Ruling ruling) {
        Allow allow = allow(ruling);
        return allow == null ? "" : allow.upstream();
    }

    /** The same if it leads to that address. */
    static String upstream(@Nullable Ruling ruling, InetAddress destination) {
        if (ruling == null || !ruling.judgement.dependsOnAddress()) {
            return upstream(ruling);
        }
        CompiledRule decides = ruling.judgement.rule(destination);
        return decides.action() instanceof Allow allow ? allow.upstream() : "";
    }

    private static @Nullable Allow allow(@Nullable Ruling ruling) {
        CompiledRule decides = ruling == null ? null : ruling.rule;
        return decides != null && decides.action() instanceof Allow allow ? allow : null;
    }

    /** Whether that depends on an address that is not known. */
    boolean isOpen() {
        return rule == null;
    }
}
