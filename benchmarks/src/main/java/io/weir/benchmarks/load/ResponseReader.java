package io.weir.benchmarks.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Takes responses with bodies of a size, one after another, and compares every byte. One per client. */
final class ResponseReader {
    private final long size;
    private final HeadReader heads = new HeadReader();
    private @Nullable Head response;
    private long bodyReceived;

    ResponseReader(long size) {
        this.size = size;
    }

    /** Consumes what belongs to the response, and answers with its head when all of it has come; null until then. */
    @Nullable Head read(Filler filler, ByteBuffer bytes) throws IOException {
        Head head = response;
        if (head == null) {
            head = heads.read(bytes);
            if (head == null) {
                return null;
            }
            check(head);
            response = head;
            bodyReceived = 0;
        }
        takeBody(filler, bytes);
        if (bodyReceived < size) {
            return null;
        }
        response = null;
        return head;
    }

    /** Whether nothing of the next response has come yet. */
    boolean isEmpty() {
        return response == null && heads.isEmpty();
    }

    private void check(Head head) throws IOException {
        if (head.status() != 200 || head.contentLength() != size) {
            throw new IOException("not the response that was asked for: " + head.firstLine() + ", "
                    + head.contentLength() + " bytes");
        }
    }

    private void takeBody(Filler filler, ByteBuffer bytes) throws IOException {
        int count = (int) Math.min(size - bodyReceived, bytes.remaining());
        if (!filler.takeEqual(bytes, bodyReceived, count)) {
            throw new IOException("something else came than was sent, in the " + count + " bytes from " + bodyReceived);
        }
        bodyReceived += count;
    }
}
