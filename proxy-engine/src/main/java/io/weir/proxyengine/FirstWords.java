package io.weir.proxyengine;

import java.net.InetSocketAddress;

/**
 * Finds out from a connection's first bytes whose it is and what is spoken on it: the PROXY protocol's header, where the listener expects one, and then
 * the first byte. Takes nothing but that header. One a connection; event loop of it.
 */
final class FirstWords {
    /** What to do next. */
    enum Next {
        /** Wait for more. */
        MORE,
        HTTP,
        SOCKS,
        TLS,
        /** End the connection, see {@link #refusal}. */
        REFUSED
    }

    private static final int SOCKS_4 = 4;
    private static final int SOCKS_5 = 5;
    private static final int TLS_HANDSHAKE = 0x16;

    private final ListenerConfig listener;
    private Caller caller;
    private boolean awaitsHeader;
    private int headerBytes;
    private String fault = "";

    /**
     * Makes one.
     *
     * @param connected who connected, a load balancer perhaps
     */
    FirstWords(Caller connected) {
        listener = connected.listener();
        caller = connected;
        awaitsHeader = listener.hasProxyProtocol();
    }

    /** Whether whoever connected may: behind load balancers nobody may but they. */
    static boolean mayConnect(Caller connected) {
        return !connected.listener().hasProxyProtocol() || connected.listener().trusts(connected.address());
    }

    /** Looks at all that has come and is not taken. */
    Next next(byte[] said, int length) {
        int from = 0;
        if (awaitsHeader) {
            ProxyHeader header = ProxyHeader.read(said, length);
            switch (header.state()) {
                case INCOMPLETE -> {
                    return Next.MORE;
                }
                case MALFORMED -> {
                    return refused("the load balancer does not say whose connection it is, in the PROXY protocol");
                }
                case COMPLETE -> {
                    awaitsHeader = false;
                    from = header.bytes();
                    headerBytes = from;
                    InetSocketAddress source = header.source();
                    caller = source == null ? caller : Caller.of(listener, source);
                }
            }
        }
        return from == length ? Next.MORE : kind(said[from] & 0xff);
    }

    private Next kind(int first) {
        if (first == TLS_HANDSHAKE && listener.takesTls()) {
            return Next.TLS;
        }
        if ((first == SOCKS_5 || first == SOCKS_4) && listener.takesSocks()) {
            return Next.SOCKS;
        }
        if (listener.takesHttp()) {
            return Next.HTTP; // also what is none: it is told so
        }
        return refused("that is not what is spoken here: " + listener.kind().scheme());
    }

    private Next refused(String why) {
        fault = why;
        return Next.REFUSED;
    }

    /** Bytes of the header that {@link #next} has taken, once. */
    int takeHeaderBytes() {
        int bytes = headerBytes;
        headerBytes = 0;
        return bytes;
    }

    /** Whose connection it is, as far as is known. */
    Caller caller() {
        return caller;
    }

    Refusal refusal() {
        return Refusal.badRequest(fault);
    }
}
