package io.weir.proxyengine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** An origin whose every byte the test writes and reads itself. */
final class ScriptedOrigin implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final ServerSocket server;
    private final List<Wire> wires = new ArrayList<>();

    private ScriptedOrigin(ServerSocket server) {
        this.server = server;
    }

    static ScriptedOrigin start() throws IOException {
        return new ScriptedOrigin(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()));
    }

    String authority() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    String url(String pathAndQuery) {
        return "http://" + authority() + pathAndQuery;
    }

    /** The next connection that the proxy makes. */
    Wire accept() throws IOException {
        server.setSoTimeout(PATIENCE_MILLIS);
        var wire = new Wire(server.accept());
        wires.add(wire);
        return wire;
    }

    /** Whether no connection waits that was not accepted. */
    boolean isLeftAlone() throws IOException {
        server.setSoTimeout(50);
        try {
            wires.add(new Wire(server.accept()));
            return false;
        } catch (SocketTimeoutException nobody) {
            return true;
        }
    }

    List<Wire> wires() {
        return wires;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Wire wire : wires) {
            wire.close();
        }
    }
}
