package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Listeners and users of a node that runs are changed in each of the ways that there are, over an open tunnel. */
@Tag("jdk")
class EntranceReloadTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String HTTP = "'127.0.0.1:0?name=front'";
    private static final String SOCKS = "'socks5://127.0.0.1:0?name=office'";

    @TempDir
    Path folder;

    private Path data;
    private Path file;

    @BeforeEach
    void begin() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
        file = data.resolve("weir.yaml");
        Files.writeString(file, listen(HTTP));
    }

    private static String listen(String... listeners) {
        return "proxy:\n  listen: [" + String.join(", ", listeners) + "]\n";
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(100));
    }

    @Test
    void listenersComeAndGoWhileAnOpenTunnelLivesOnAndEveryByteIsCounted() throws Exception {
        long sent = 0;
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.startByFile(data);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TunnelClient tunnel = TunnelClient.open(weir, origin.authority()).echo(1000);
            assertThat(listeners(weir)).containsExactly("127.0.0.1:" + weir.proxyPort());

            Files.writeString(file, listen(SOCKS, HTTP));
            weir.hangUp();
            soon().until(() -> listeners(weir).size() == 2);
            assertThat(listeners(weir).get(1)).as("it has kept its port").isEqualTo("127.0.0.1:" + weir.proxyPort());
            int socks = port(listeners(weir).get(0));
            soon().until(() -> greets(socks));
            tunnel.echo(2000);

            String before = Files.readString(file);
            HttpResponse<String> refused = put(weir, listen(HTTP, "'127.0.0.1:" + taken.getLocalPort() + "'"));
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
            JsonNode fault = JSON.readTree(refused.body()).path("faults").get(0);
            assertThat(fault.path("key").stringValue()).isEqualTo("proxy.listen");
            assertThat(fault.path("problem").stringValue())
                    .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort());
            assertThat(Files.readString(file)).isEqualTo(before);
            assertThat(greets(socks)).isTrue();

            Path broken = Files.writeString(folder.resolve("broken.pem"), "nothing");
            HttpResponse<String> faulty =
                    put(weir, listen(HTTP, "'https://127.0.0.1:0?cert=" + broken + "&key=" + broken + "'"));
            assertThat(faulty.statusCode()).as(faulty.body()).isEqualTo(422);
            assertThat(JSON.readTree(faulty.body())
                            .path("faults")
                            .get(0)
                            .path("key")
                            .stringValue())
                    .isEqualTo("proxy.listen");
            assertThat(faulty.body()).contains("broken.pem");

            HttpResponse<String> gone = put(weir, listen(HTTP) + "  event-loops: 9\n");
            assertThat(gone.statusCode()).as(gone.body()).isEqualTo(200);
            assertThat(JSON.readTree(gone.body()).path("pending")).hasSize(1);
            soon().until(() -> !greets(socks));
            assertThat(listeners(weir)).containsExactly("127.0.0.1:" + weir.proxyPort());
            tunnel.echo(3000).close();
            sent = 6000;
            soon().until(() -> EndToEndTest.figure(EndToEndTest.audit(data), "open") == 0);
            assertThat(weir.stop()).isEqualTo(143);
        }
        String audit = EndToEndTest.audit(data);
        assertThat(EndToEndTest.figure(audit, "up")).isEqualTo(sent);
        assertThat(EndToEndTest.figure(audit, "down")).isEqualTo(sent);
        assertThat(changes()).hasSize(3);
        assertThat(changes().get(1)).contains(" changed: proxy.listen", "office");
        assertThat(changes().get(2)).contains("needs a restart: proxy.event-loops auto -> 9");
        assertThat(Files.readString(folder.resolve("data.err")))
                .contains("configuration needs a restart for keys=[proxy.event-loops]");
    }

    @Test
    void usersComeChangeAndGoWhileAnOpenTunnelLivesOn() throws Exception {
        Path first = users("first", "blau");
        Path second = users("second", "rot");
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.startByFile(data)) {
            TunnelClient tunnel = TunnelClient.open(weir, origin.authority()).echo(10);

            assertThat(put(weir, listen(HTTP) + "  users: " + first + "\n  auth-realm: the office\n")
                            .statusCode())
                    .isEqualTo(200);
            soon().until(() -> answer(weir, origin, "").startsWith("HTTP/1.1 407 "));
            assertThat(answer(weir, origin, "")).contains("realm=\"the office\"");
            assertThat(answer(weir, origin, "blau")).startsWith("HTTP/1.1 200 ");
            tunnel.echo(20);

            assertThat(put(weir, listen(HTTP) + "  users: " + second + "\n").statusCode())
                    .isEqualTo(200);
            soon().until(() -> answer(weir, origin, "blau").startsWith("HTTP/1.1 407 "));
            assertThat(answer(weir, origin, "rot")).startsWith("HTTP/1.1 200 ");

            assertThat(put(weir, listen(HTTP) + "  users: " + second + "\n  no-auth-from: [127.0.0.0/8]\n")
                            .statusCode())
                    .isEqualTo(200);
            soon().until(() -> answer(weir, origin, "").startsWith("HTTP/1.1 200 "));

            HttpResponse<String> none = put(weir, listen(HTTP) + "  users: " + folder.resolve("none") + "\n");
            assertThat(none.statusCode()).isEqualTo(422);
            assertThat(none.body()).contains("\"proxy.users\"");
            assertThat(answer(weir, origin, "")).startsWith("HTTP/1.1 200 ");

            Files.writeString(file, listen(HTTP));
            weir.hangUp();
            soon().until(() -> changes().size() == 5);
            assertThat(answer(weir, origin, "blau")).startsWith("HTTP/1.1 200 ");

            String refused = listen(HTTP) + "  refused-destinations: ['" + origin.authority() + "']\n";
            assertThat(put(weir, refused).statusCode()).isEqualTo(200);
            soon().until(() -> answer(weir, origin, "").startsWith("HTTP/1.1 403 "));
            tunnel.echo(30).close();
            soon().until(() -> EndToEndTest.figure(EndToEndTest.audit(data), "open") == 0);
            assertThat(weir.stop()).isEqualTo(143);
        }
        assertThat(EndToEndTest.figure(EndToEndTest.audit(data), "up")).isEqualTo(60);
        assertThat(changes().get(4)).contains(" changed: proxy.users", "proxy.no-auth-from");
    }

    private Path users(String name, String password) throws Exception {
        Path users = folder.resolve(name);
        List<String> command = new ArrayList<>(
                WeirProcess.command("user", "add", "anna", "--file", users.toString(), "--password-stdin"));
        Process process = new ProcessBuilder(command)
                .inheritIO()
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        try (var in = process.getOutputStream()) {
            in.write((password + '\n').getBytes(StandardCharsets.UTF_8));
        }
        assertThat(process.waitFor()).isZero();
        return users;
    }

    /** What a CONNECT with a password of anna's is answered; without one if it is empty. */
    private static String answer(WeirProcess weir, EchoOrigin origin, String password) throws IOException {
        String credentials = Base64.getEncoder().encodeToString(("anna:" + password).getBytes(StandardCharsets.UTF_8));
        String fields = password.isEmpty() ? "" : "Proxy-Authorization: Basic " + credentials + "\r\n";
        try (Socket client = weir.connect()) {
            client.getOutputStream()
                    .write(("CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static boolean greets(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(new byte[] {5, 1, 0});
            return socket.getInputStream().readNBytes(2).length == 2;
        } catch (ConnectException refused) {
            return false;
        }
    }

    private static List<String> listeners(WeirProcess weir) throws Exception {
        List<String> all = new ArrayList<>();
        JSON.readTree(weir.health().body()).path("listen").forEach(each -> all.add(each.stringValue()));
        return all;
    }

    private static int port(String listener) {
        return Integer.parseInt(listener.substring(listener.lastIndexOf(':') + 1));
    }

    private List<String> changes() throws IOException {
        var cat = WeirProcess.run("journal", "cat", "--data", data.toString());
        assertThat(cat.status()).as(cat.err()).isZero();
        return cat.out().lines().filter(line -> line.contains("ConfigChanged")).toList();
    }

    private static HttpResponse<String> put(WeirProcess weir, String yaml) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(weir.gatewayUrl("/api/config")))
                                .timeout(Duration.ofSeconds(20))
                                .header("Authorization", "Bearer " + weir.token())
                                .header("If-Match", "*")
                                .header("Content-Type", "application/yaml")
                                .PUT(HttpRequest.BodyPublishers.ofString(yaml))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
