package io.weir.proxyengine;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Gives a {@link RandomClient} what it wishes, and remembers what each exchange received and sent. Threads of its own. */
final class RandomOrigin {
    private final Map<String, long[]> legs = new ConcurrentHashMap<>();

    private RandomOrigin() {}

    static RandomOrigin serve(InterceptedTalk talk, boolean isHttp2) {
        var origin = new RandomOrigin();
        Peer.async(() -> {
            while (true) {
                Socket socket = talk.origin();
                Peer.async(() -> {
                    if (isHttp2) {
                        origin.serveHttp2(FramePeer.origin(socket));
                    } else {
                        origin.serveHttp1(new Wire(socket));
                    }
                    return true;
                });
            }
        });
        return origin;
    }

    /** For each exchange what was received and what was sent. */
    Map<String, long[]> legs() {
        return legs;
    }

    private static String key(String target) {
        return target.substring(1, target.indexOf('?'));
    }

    private static int wanted(String target) {
        return Integer.parseInt(target.substring(target.indexOf('?') + 1, target.lastIndexOf('-')));
    }

    private static boolean breaks(String target) {
        return target.endsWith("-true");
    }

    private void serveHttp1(Wire wire) throws IOException {
        while (true) {
            String asked = wire.readMessage();
            String target = asked.substring(asked.indexOf(' ') + 1, asked.indexOf(' ', asked.indexOf(' ') + 1));
            int wanted = wanted(target);
            String body = new String(Peer.patternBytes(wanted), StandardCharsets.ISO_8859_1);
            String answer = wanted % 2 == 0 || wanted == 0
                    ? "HTTP/1.1 200 OK\r\nContent-Length: " + wanted + "\r\n\r\n" + body
                    : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(wanted) + "\r\n"
                            + body + "\r\n0\r\nX-Sum: 1\r\n\r\n";
            legs.put(key(target), new long[] {asked.length(), answer.length()});
            if (breaks(target)) {
                wire.send(answer.substring(0, answer.length() / 2));
                wire.reset();
                return;
            }
            wire.send(answer);
        }
    }

    private void serveHttp2(FramePeer peer) throws IOException {
        while (true) {
            int id = peer.awaitStream();
            if (id < 0) {
                return;
            }
            Peer.async(() -> {
                answer(peer, id);
                return true;
            });
        }
    }

    private void answer(FramePeer peer, int id) throws IOException {
        String target = "";
        try {
            var head = peer.head(id);
            target = String.valueOf(head.path());
            legs.put(key(target), new long[] {0, Long.MAX_VALUE});
            peer.drain(id);
            byte[] body = Peer.patternBytes(wanted(target));
            boolean trailers = body.length % 3 == 0;
            peer.headers(id, false, ":status", "200");
            if (breaks(target)) {
                peer.data(id, java.util.Arrays.copyOf(body, body.length / 2), false);
                peer.reset(id, 2);
            } else if (trailers) {
                peer.data(id, body, false);
                peer.headers(id, true, "x-sum", "1");
            } else {
                peer.data(id, body, true);
            }
        } finally {
            if (!target.isEmpty()) {
                legs.put(key(target), new long[] {peer.received(id), peer.sent(id)});
            }
        }
    }
}
