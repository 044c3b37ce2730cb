package io.weir.launcher;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The first two requests of a node, made by itself, so that the JVM loads what answering takes. Main thread.
 *
 * <p>It is part of the node so that the rehearsal ends by itself, whatever becomes of the script that started it.
 */
final class Rehearsal {
    private static final int PATIENCE_MILLIS = 5000;

    private Rehearsal() {}

    /** Asks the gateway how the node is, and the proxy for its own gateway, which it refuses. Waits for both answers. */
    static void play(Node node) {
        InetSocketAddress gateway = node.gatewayAddress();
        ask(gateway, "/healthz", gateway);
        ask(node.proxyAddresses().get(0), "http://" + Text.address(gateway) + "/", gateway);
    }

    private static void ask(InetSocketAddress whom, String target, InetSocketAddress host) {
        String request = "GET " + target + " HTTP/1.1\r\nHost: " + Text.address(host) + "\r\nConnection: close\r\n\r\n";
        try (var socket = new Socket()) {
            socket.connect(whom, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            System.err.println("weir: the rehearsal had no answer to " + target + ": " + e);
        }
    }
}
