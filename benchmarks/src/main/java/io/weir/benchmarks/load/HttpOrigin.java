package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Answers {@code GET /SIZE} and {@code POST /SIZE} with a body of that size; one request at a time. */
final class HttpOrigin implements OriginConversation {
    private final HeadReader heads = new HeadReader();
    private @Nullable Head request;
    private long bodyReceived;

    @Override
    public void received(Wire wire, ByteBuffer bytes) throws IOException {
        if (wire.isSending()) {
            throw new IOException("a request before the response to the last");
        }
        while (bytes.hasRemaining()) {
            Head current = request;
            if (current == null) {
                current = heads.read(bytes);
                request = current;
                bodyReceived = 0;
            }
            if (current != null && hasTakenBodyOf(current, wire, bytes)) {
                answer(current, wire);
            }
        }
    }

    private boolean hasTakenBodyOf(Head current, Wire wire, ByteBuffer bytes) throws IOException {
        long length = Math.max(0, current.contentLength());
        int count = (int) Math.min(length - bodyReceived, bytes.remaining());
        if (!wire.loop().filler().takeEqual(bytes, bodyReceived, count)) {
            throw new IOException("the body of a request is not what was sent");
        }
        bodyReceived += count;
        return bodyReceived == length;
    }

    private static void answer(Head request, Wire wire) throws IOException {
        String line = request.firstLine();
        int end = line.lastIndexOf(' ');
        long size = Long.parseLong(line, line.lastIndexOf('/', end) + 1, end, 10);
        String head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " + size + "\r\n"
                + (request.isLast() ? "Connection: close\r\n\r\n" : "\r\n");
        wire.send(head.getBytes(StandardCharsets.ISO_8859_1), size);
    }

    @Override
    public void drained(Wire wire) {
        Head answered = request;
        request = null;
        if (answered != null && answered.isLast()) {
            wire.close();
        }
    }
}
