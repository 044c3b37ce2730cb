package io.weir.proxyengine;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An origin of HTTP/2 that answers each request with what its field {@code wanted} says, and with a digest of what it got. Threads of its own. */
final class Echo {
    private final FramePeer peer;
    private final Map<String, Integer> ids = new ConcurrentHashMap<>();

    private Echo(FramePeer peer) {
        this.peer = peer;
    }

    static Echo serve(FramePeer peer) {
        var echo = new Echo(peer);
        Peer.async(() -> {
            echo.serveAll();
            return null;
        });
        return echo;
    }

    private void serveAll() throws IOException {
        while (true) {
            int id = peer.awaitStream();
            if (id < 0) {
                return;
            }
            Peer.async(() -> {
                answer(id);
                return null;
            });
        }
    }

    private void answer(int id) throws IOException {
        FramePeer.Message message = peer.message(id);
        ids.put(String.valueOf(message.head().path()), id);
        byte[] body = Peer.patternBytes(Integer.parseInt(message.field("wanted")));
        peer.headers(id, body.length == 0, ":status", "200", "got", digest(message.body()));
        if (body.length > 0) {
            peer.data(id, body, true);
        }
    }

    static String digest(byte[] bytes) {
        return bytes.length + "-" + Arrays.hashCode(bytes);
    }

    /** The stream that asked for this. */
    int idOf(String path) {
        Integer id = ids.get(path);
        if (id == null) {
            throw new AssertionError("nobody asked for " + path);
        }
        return id;
    }
}
