package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The two ways through the engine, once each. */
@Tag("jdk")
class SmokeTest {
    @Test
    void aTunnelCarriesAndCountsBothDirections() throws Exception {
        try (var proxy = TestProxy.start();
                var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var client = proxy.connect()) {
            String authority = "127.0.0.1:" + server.getLocalPort();
            String head = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
            client.getOutputStream().write((head + "early").getBytes(StandardCharsets.US_ASCII));
            try (Socket origin = server.accept()) {
                assertThat(new String(origin.getInputStream().readNBytes(5), StandardCharsets.US_ASCII))
                        .isEqualTo("early");
                client.shutdownOutput();
                assertThat(origin.getInputStream().read()).isEqualTo(-1);
                origin.getOutputStream().write("answer".getBytes(StandardCharsets.US_ASCII));
            }
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer).isEqualTo("HTTP/1.1 200 Connection established\r\n\r\nanswer");
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts()).isEqualTo(new Tally(5, 6, head.length(), answer.length() - 6, 5, 6));
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @Test
    void anExchangeIsCarriedAndCounted() throws Exception {
        var threads = Executors.newCachedThreadPool();
        try (var proxy = TestProxy.start();
                var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var client = proxy.connect()) {
            var seen = threads.submit(() -> {
                Socket origin = server.accept();
                byte[] buffer = new byte[4096];
                int n = origin.getInputStream().read(buffer);
                origin.getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII));
                return new String(buffer, 0, n, StandardCharsets.US_ASCII);
            });
            String request = "GET http://127.0.0.1:" + server.getLocalPort() + "?q=1 HTTP/1.1\r\nHost: x\r\n"
                    + "Connection: close, X-Drop\r\nX-Drop: 1\r\nProxy-Authorization: Basic c2VjcmV0\r\n\r\n";
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            String forwarded = seen.get();

            assertThat(forwarded).startsWith("GET /?q=1 HTTP/1.1\r\n").doesNotContain("X-Drop", "secret", "c2VjcmV0");
            assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhello");
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts())
                    .isEqualTo(new Tally(request.length(), answer.length(), 0, 0, forwarded.length(), 43));
        } finally {
            threads.shutdownNow();
        }
    }
}
