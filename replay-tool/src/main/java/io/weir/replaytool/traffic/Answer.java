package io.weir.replaytool.traffic;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * What became of a response's body, of which nothing is held. Immutable.
 *
 * @param sha256 in lower-case hex
 */
record Answer(long bytes, String sha256) {
    /** Reads a body. One thread at a time. */
    static final class Subscriber implements BodySubscriber<Answer> {
        private final CompletableFuture<Answer> body = new CompletableFuture<>();
        private final MessageDigest sha256 = sha256();
        private long bytes;

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        @Override
        public CompletionStage<Answer> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE); // each piece is gone when the next one comes
        }

        @Override
        public void onNext(List<ByteBuffer> pieces) {
            for (ByteBuffer each : pieces) {
                bytes += each.remaining();
                sha256.update(each);
            }
        }

        @Override
        public void onError(Throwable cause) {
            body.completeExceptionally(cause);
        }

        @Override
        public void onComplete() {
            body.complete(new Answer(bytes, HexFormat.of().formatHex(sha256.digest())));
        }
    }
}
