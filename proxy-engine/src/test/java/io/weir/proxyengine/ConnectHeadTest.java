package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectHeadTest {
    private static @Nullable String target(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return ConnectHead.target(bytes, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nhost:a.test:443\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nUser-Agent: x/1 (y)\r\nHOST:   a.test:443\r\nX-Empty:\r\n\r\n",
            })
    void aPlainHeadIsRecognised(String head) {
        assertThat(target(head)).isEqualTo("a.test:443");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "C",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\nearly",
                "CONNECT a.test:443 HTTP/1.0\r\nHost: a.test:443\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\nHost: a.test:443\n\n",
                "CONNECT a.test:443 HTTP/1.1\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: b.test:443\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443 \r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nHost: a.test:443\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n folded\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost : a.test:443\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nX: \u0001\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nX: \u00e9\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nContent-Length: 0\r\n\r\n",
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\ntransfer-encoding: chunked\r\n\r\n",
                "CONNECT  a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
                " CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
                "connect a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
                "GET http://a.test:443/ HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
            })
    void whateverElseIsLeftToTheDecoder(String head) {
        assertThat(target(head)).isNull();
    }

    @Test
    void manyFieldsAreLeftToTheDecoder() {
        String start = "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n";

        assertThat(target(start + "a:b\r\n".repeat(31) + "\r\n")).isNotNull();
        assertThat(target(start + "a:b\r\n".repeat(200) + "\r\n")).isNull();
    }

    /** Heads with a few random faults: what is recognised here must be the same request, and faultless, to the decoder and the rules. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsRecognisedIsAcceptedByTheDecoderAndTheRulesToo(long seed) {
        var random = new Random(seed);
        String sound =
                "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nProxy-Connection: keep-alive\r\nA: b\r\n\r\n";
        int recognised = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] head = sound.getBytes(StandardCharsets.ISO_8859_1);
            for (int faults = 1 + random.nextInt(2); faults > 0; faults--) {
                byte other = random.nextBoolean()
                        ? (byte) random.nextInt(256)
                        : (byte) sound.charAt(random.nextInt(sound.length()));
                head[random.nextInt(head.length)] = other;
            }
            String target = ConnectHead.target(head, head.length);
            if (target != null) {
                recognised++;
                assertThat(decodedTarget(head)).isEqualTo(target);
            }
        }
        assertThat(recognised).isGreaterThan(100);
    }

    /** The target as the decoder and the rules see it; null if they refuse the request. */
    private static @Nullable String decodedTarget(byte[] head) {
        var channel = new EmbeddedChannel(new RequestDecoder(bytes -> {}));
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(head));
            Object message = channel.readInbound();
            try {
                boolean isConnect = message instanceof HttpRequest request
                        && MessageRules.refusal(request, "") == null
                        && request.method().equals(HttpMethod.CONNECT);
                return isConnect ? ((HttpRequest) message).uri() : null;
            } finally {
                ReferenceCountUtil.release(message);
            }
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private static @Nullable String authorization(String fields) {
        String head = "CONNECT a.test:443 HTTP/1.1\r\n" + fields + "\r\n";
        byte[] bytes = head.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(ConnectHead.target(bytes, bytes.length)).isEqualTo("a.test:443");
        return ConnectHead.proxyAuthorization(bytes, bytes.length);
    }

    @Test
    void whoAsksIsReadFromTheHead() {
        String host = "Host: a.test:443\r\n";
        assertThat(authorization(host)).isEmpty();
        assertThat(authorization(host + "Proxy-Authorization:\r\n")).isEmpty();
        assertThat(authorization(host + "Proxy-Authorization: Basic YTpi\r\n")).isEqualTo("Basic YTpi");
        assertThat(authorization("PROXY-authorization:Basic YTpi \r\n" + host)).isEqualTo("Basic YTpi");
        assertThat(authorization(host + "X-Proxy-Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n"))
                .isEmpty();
        assertThat(authorization(host + "Proxy-Authorizatio: Basic YTpi\r\nProxy-Authorization2: Basic YTpi\r\n"))
                .isEmpty();
        assertThat(authorization(host + "Proxy-Authorization: Basic YTpi\r\nproxy-authorization: Basic YTpi\r\n"))
                .isNull();
    }
}
