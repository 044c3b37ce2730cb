package io.weir.proxyengine.rules;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** What a client asks for, as rules see it. Immutable. */
public final class Asked {
    private final Scheme scheme;
    private final String method;
    private final HostName host;
    private final int port;
    private final String user;
    private final InetAddress client;
    private final String listener;

    /**
     * Reads the host once.
     *
     * @param method {@code CONNECT} for a tunnel, in whatever protocol it is asked for
     * @param host as the client names it
     * @param user empty if the client has shown to be none
     * @param listener the name of the listener where the client came in
     */
    public Asked(
            Scheme scheme, String method, String host, int port, String user, InetAddress client, String listener) {
        this.scheme = scheme;
        this.method = method;
        this.host = HostName.of(host);
        this.port = port;
        this.user = user;
        this.client = client;
        this.listener = listener;
    }

    Scheme scheme() {
        return scheme;
    }

    String method() {
        return method;
    }

    HostName host() {
        return host;
    }

    int port() {
        return port;
    }

    String user() {
        return user;
    }

    InetAddress client() {
        return client;
    }

    String listener() {
        return listener;
    }

    /** The address, if the host is one. */
    public @Nullable InetAddress address() {
        return NetUtil.createInetAddressFromIpAddressString(host.text());
    }

    /** What it is in that respect, for people. */
    String shown(Subject subject, @Nullable InetAddress address) {
        return switch (subject) {
            case HOST -> "the host is " + host.text();
            case ADDRESS ->
                address == null ? "the address is not known" : "the address is " + NetUtil.toAddressString(address);
            case PORT -> "the port is " + port;
            case SCHEME -> "the scheme is " + scheme.word();
            case METHOD -> "the method is " + method;
            case USER -> user.isEmpty() ? "there is no user" : "the user is " + user;
            case CLIENT -> "the client is " + NetUtil.toAddressString(client);
            case LISTENER -> listener.isEmpty() ? "no listener is named" : "the listener is " + listener;
        };
    }
}
