package io.weir.launcher;

import java.io.IOException;
import java.net.Socket;

/** Sends back what it gets, until the client ends. */
final class EchoOrigin implements AutoCloseable {
    private final LoopbackServer server;

    private EchoOrigin(LoopbackServer server) {
        this.server = server;
    }

    static EchoOrigin start() throws IOException {
        return new EchoOrigin(LoopbackServer.start("echo-origin", EchoOrigin::echo));
    }

    String authority() {
        return server.authority();
    }

    private static void echo(Socket client) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        int n;
        while ((n = client.getInputStream().read(buffer)) > 0) {
            client.getOutputStream().write(buffer, 0, n);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
