package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.proxyengine.InterceptedTalk.Layer;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A client that nobody made for this test: the JDK's. */
class InterceptedClientsTest {
    @Test
    void theClientOfTheJdkSpeaksHttp2ThroughTheProxy() throws Exception {
        var random = new Random(7);
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2", "http/1.1")) {
            HttpClient client = HttpClient.newBuilder()
                    .proxy(ProxySelector.of(talk.proxy.proxy().address()))
                    .sslContext(talk.proxy.clientContext())
                    .version(HttpClient.Version.HTTP_2)
                    .build();
            Peer.async(() -> {
                while (true) {
                    Echo.serve(talk.originFrames());
                }
            });
            List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
            List<byte[]> bodies = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                byte[] body = new byte[random.nextInt(100_000)];
                bodies.add(body);
                HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + talk.port() + "/" + i))
                        .header("wanted", Integer.toString(i * 1000))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build();
                if (i == 0) {
                    answers.add(CompletableFuture.completedFuture(
                            client.send(request, HttpResponse.BodyHandlers.ofByteArray())));
                } else {
                    answers.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()));
                }
            }
            for (int i = 0; i < answers.size(); i++) {
                HttpResponse<byte[]> answer = answers.get(i).get(30, TimeUnit.SECONDS);
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.body()).isEqualTo(Peer.patternBytes(i * 1000));
                assertThat(answer.headers().firstValue("got")).hasValue(Echo.digest(bodies.get(i)));
            }
            long down = answers.stream()
                    .mapToLong(each -> each.join().body().length)
                    .sum();
            assertThat(talk.ledger().exchanges()).hasSize(50);
            assertThat(talk.ledger().exchanges().stream()
                            .mapToLong(each -> each.counts().down())
                            .sum())
                    .isGreaterThan(down);
        }
    }
}
