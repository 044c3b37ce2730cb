package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredBodiesTest {
    private static final String NAME = "ab" + "0123456789abcdef".repeat(4).substring(2);

    @TempDir
    Path data;

    private Path folder;
    private TestGateway gateway;

    @BeforeEach
    void start() {
        folder = data.resolve("bodies");
        gateway = TestGateway.configured(config -> config.withBodies(folder));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private Path store(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name.substring(0, 2)).resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, bytes);
    }

    private String get(String name) throws IOException {
        return gateway.get("/api/bodies/" + name, "Authorization: Bearer " + gateway.token.value());
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 3_000_000})
    void aStoredBodyIsADownloadAndNeverAPage(int size) throws IOException {
        byte[] body = random(size);
        store(NAME, body);

        String answer = get(NAME);

        int end = answer.indexOf("\r\n\r\n");
        assertThat(answer.substring(0, end).toLowerCase(Locale.ROOT))
                .startsWith("http/1.1 200 ")
                .contains(
                        "content-type: application/octet-stream",
                        "content-disposition: attachment",
                        "content-length: " + size,
                        "x-content-type-options: nosniff",
                        "cache-control: no-store",
                        "content-security-policy: default-src 'none'; sandbox");
        assertThat(answer.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1))
                .isEqualTo(body);
    }

    @Test
    void headSaysTheLengthAlone() throws IOException {
        store(NAME, random(100_000));

        String answer = gateway.raw("HEAD /api/bodies/" + NAME + "?token=" + gateway.token.value()
                + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("content-length: 100000\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void nobodyGetsABodyWithoutTheToken() throws IOException {
        store(NAME, random(10));

        assertThat(gateway.get("/api/bodies/" + NAME)).startsWith("HTTP/1.1 401 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ab",
                "../token",
                "..%2ftoken",
                "ab/secret",
                "%61b0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "AB23456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
            })
    void nothingButANameReachesTheFileSystem(String name) throws IOException {
        store(NAME, random(10));
        Files.writeString(data.resolve("token"), "secret");

        assertThat(get(name)).startsWith("HTTP/1.1 404 ").doesNotContain("secret");
        assertThat(get(NAME + "/")).startsWith("HTTP/1.1 404 ");
        assertThat(get(NAME.substring(1))).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void whatIsNotThereIsNotFoundEvenIfTheFolderIsMissing() throws IOException {
        assertThat(get(NAME)).startsWith("HTTP/1.1 404 ");
        store(NAME, random(10));
        assertThat(get("ab" + "f".repeat(62))).startsWith("HTTP/1.1 404 ");
        Files.createDirectories(folder.resolve("cd").resolve("cd".repeat(32)));
        assertThat(get("cd".repeat(32))).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void aGatewayWithoutAFolderHasNoBodies() throws IOException {
        try (TestGateway without = TestGateway.start()) {
            assertThat(without.get("/api/bodies/" + NAME + "?token=" + without.token.value()))
                    .startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void noSymbolicLinkIsFollowed() throws IOException {
        Path secret = Files.writeString(data.resolve("secret"), "secret");
        Files.createDirectories(folder.resolve("ab"));
        Files.createSymbolicLink(folder.resolve("ab").resolve(NAME), secret);
        Path elsewhere = Files.createDirectories(data.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("cd".repeat(32)), "secret");
        Files.createSymbolicLink(folder.resolve("cd"), elsewhere);

        assertThat(get(NAME)).startsWith("HTTP/1.1 404 ").doesNotContain("secret");
        assertThat(get("cd".repeat(32))).startsWith("HTTP/1.1 404 ").doesNotContain("secret");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aClientThatLeavesEndsTheReading() throws Exception {
        Path file = store(NAME, new byte[64 << 20]);
        try (Socket socket = request()) {
            byte[] some = new byte[1_000];
            assertThat(socket.getInputStream().readNBytes(some, 0, some.length)).isEqualTo(some.length);
            assertThat(isOpen(file)).isTrue(); // 64 MiB are in no socket's buffer
        }

        await().until(() -> !isOpen(file));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aBodyThatBecomesShorterMeanwhileBreaksOff() throws Exception {
        Path file = store(NAME, new byte[64 << 20]);
        try (Socket socket = request()) {
            InputStream in = socket.getInputStream();
            in.readNBytes(1_000);
            Files.write(file, new byte[10]);

            long rest = in.transferTo(OutputStream.nullOutputStream());

            assertThat(rest).isLessThan(64 << 20);
            await().until(() -> !isOpen(file));
        }
    }

    private Socket request() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 << 10);
        socket.connect(gateway.gateway.address());
        socket.setSoTimeout(20_000);
        String request = "GET /api/bodies/" + NAME + "?token=" + gateway.token.value() + " HTTP/1.1\r\nHost: "
                + InetAddress.getLoopbackAddress().getHostAddress() + ":" + gateway.port() + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static boolean isOpen(Path file) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.anyMatch(each -> {
                try {
                    return Files.readSymbolicLink(each).equals(file);
                } catch (IOException closedMeanwhile) {
                    return false;
                }
            });
        }
    }

    @Test
    void bodiesForSeveralAreSentAtOnce() throws Exception {
        byte[] body = random(500_000);
        store(NAME, body);
        Thread[] clients = new Thread[8];
        boolean[] isRight = new boolean[clients.length];
        for (int i = 0; i < clients.length; i++) {
            int client = i;
            clients[i] = new Thread(() -> {
                try {
                    String answer = get(NAME);
                    isRight[client] = Arrays.equals(
                            answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1),
                            body);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            clients[i].start();
        }
        for (Thread client : clients) {
            client.join();
        }

        assertThat(isRight).doesNotContain(false);
    }
}
