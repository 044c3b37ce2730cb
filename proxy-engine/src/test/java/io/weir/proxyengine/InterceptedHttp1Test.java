package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import java.util.List;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** HTTP/1.1 in TLS in a tunnel: passed on as it came, counted at both layers. */
@Tag("jdk")
class InterceptedHttp1Test {
    @Test
    void requestsAndResponsesPassUnchangedAndAreExchangesOfTheTunnel() throws Exception {
        try (var proxy = InterceptingProxy.start();
                SSLServerSocket listener = proxy.listen()) {
            var accepted = Peer.async(() -> {
                SSLSocket socket = (SSLSocket) listener.accept();
                socket.startHandshake();
                return new Wire(socket);
            });
            SSLSocket client = proxy.open(listener);
            Wire origin = accepted.get();
            var wire = new Wire(client);
            String request = "GET /a;sid=1;token=y?token=x HTTP/1.1\r\nhOST: localhost\r\nX-Odd:  two  \r\n\r\n";
            String response = "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nx-Mixed: Case\r\n\r\nhello";

            wire.send(request);
            assertThat(origin.readHead()).isEqualTo(request.replace("X-Odd:  two  ", "X-Odd: two"));
            origin.send(response);
            assertThat(wire.readMessage()).isEqualTo(response);
            wire.close();

            List<TestLedger.Session> exchanges = proxy.ledger().awaitExchanges(1);
            TestLedger.Session exchange = exchanges.get(0);
            assertThat(exchange.opened.protocol()).isEqualTo(SessionProtocol.HTTPS_MITM);
            assertThat(exchange.counts().up()).isEqualTo(request.length());
            assertThat(exchange.counts().down()).isEqualTo(response.length());
            assertThat(exchange.counts().originUp()).isEqualTo(origin.received());
            assertThat(exchange.counts().originDown()).isEqualTo(response.length());
            assertThat(exchange.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(exchange.exchange.url()).endsWith("/a;sid=[redacted];token=[redacted]?token=[redacted]");
            assertThat(exchange.opened.url()).endsWith("/a;sid=[redacted];token=[redacted]?...");
            assertThat(exchange.exchange.status()).isEqualTo(200);
            assertThat(exchange.exchange.wire().up())
                    .as("in records of TLS")
                    .isBetween(request.length() + 16L, request.length() + 400L);
            assertThat(exchange.exchange.wire().down()).isGreaterThan(response.length() + 16L);
        }
    }
}
