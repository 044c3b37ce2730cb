package io.weir.launcher;

import static io.weir.launcher.EndToEndTest.audit;
import static io.weir.launcher.EndToEndTest.figure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole node that really runs short: of heap, of files, of room on its disk, and of a disk that answers. It says so, refuses with the reason, takes
 * that back, and counts what clients saw.
 */
class OverloadEndToEndTest {
    private static final int ECHOED = 1000;
    private static final int ANSWER = "HTTP/1.1 200 Connection established\r\n\r\n".length();

    @TempDir
    Path folder;

    private final List<Socket> open = new ArrayList<>();
    private EchoOrigin origin;
    private Path disk;
    private boolean isMounted;
    private long up;
    private long down;
    private long overheadUp;
    private long overheadDown;

    @BeforeEach
    void start() throws Exception {
        origin = EchoOrigin.start();
        disk = Files.createDirectory(folder.resolve("disk"));
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket socket : open) {
            socket.close();
        }
        origin.close();
        if (isMounted) {
            run("umount", "-l", disk.toString());
        }
    }

    @Test
    void withoutFilesLaterOnesAreRefusedAndThenWaitAndAllThatStandGoOn() throws Exception {
        Path data = folder.resolve("data");
        String config = config("proxy: {max-connections: 1000}\noverload: {files: 80}\n");
        try (var weir = WeirProcess.startWithFiles(256, data, "--config", config)) {
            String refused = "";
            for (int i = 0; refused.isEmpty() && i < 120; i++) {
                refused = tunnel(weir);
                health(weir); // so that it looks before the next
            }
            assertThat(refused)
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\nRetry-After: ")
                    .containsPattern("overloaded: files \\d+ % of 256\n$");
            await().until(() -> health(weir), saying("refusing"));
            open.forEach(this::echo);

            List<Socket> silent =
                    new ArrayList<>(); // which say nothing, so that nothing is refused, and no byte counts
            for (int i = 0; i < 80; i++) {
                silent.add(weir.connect());
            }
            await().until(() -> health(weir), saying("accept_paused"));
            Socket waiting = weir.connect();
            waiting.getOutputStream().write(connect());
            waiting.setSoTimeout(300);
            assertThat(isSilent(waiting)).isTrue();
            waiting.setSoTimeout(20_000);
            open.forEach(this::echo);

            for (Socket one : silent) {
                one.close();
            }
            for (int i = 0; i < 20; i++) {
                open.remove(open.size() - 1).close();
            }
            await().until(() -> health(weir), mayBegin());
            String late = answer(waiting);
            account(late, waiting);
            assertThat(tunnelWhenItMay(weir)).isEmpty();
            end(weir, data, "KEEP_ALIVE_OFF", "REFUSING", "ACCEPT_PAUSED");
        }
    }

    @Test
    void withoutHeapNobodyIsAcceptedUntilThereIsRoomAndNothingEnds() throws Exception {
        Path data = folder.resolve("data");
        String config = config("proxy: {max-connections: 15000}\ntimeouts: {head: 5m}\noverload: {heap: 75}\n");
        List<String> jvm = List.of("-Xmx48m");
        try (var weir = WeirProcess.start(data, jvm, "--config", config)) {
            assertThat(tunnel(weir)).isEmpty();
            byte[] half =
                    ("GET http://127.0.0.1:9/ HTTP/1.1\r\nX: " + "a".repeat(200)).getBytes(StandardCharsets.US_ASCII);
            List<Socket> heads = new ArrayList<>();
            for (int i = 0;
                    i < 9_000 && (i % 100 != 0 || !saying("accept_paused").test(health(weir)));
                    i++) {
                Socket client = weir.connect();
                client.getOutputStream().write(half);
                heads.add(client);
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> health(weir), saying("accept_paused"));
            assertThat(health(weir)).containsPattern("\"overloadCause\":\"heap \\d+ % of [34]\\d(\\.\\d)? MiB\"");
            open.forEach(this::echo);

            for (Socket client : heads) {
                client.close();
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> health(weir), mayBegin());
            overheadAndHeads(heads.size(), half.length);
            assertThat(tunnel(weir)).isEmpty();
            end(weir, data, "ACCEPT_PAUSED");
        }
    }

    @Test
    void beforeTheDiskIsFullSessionsAreRefusedAndTheyBeginAgainWhenThereIsRoom() throws Exception {
        isMounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
        assumeThat(isMounted).as("allowed to mount").isTrue();
        Path data = disk.resolve("data");
        try (var weir = WeirProcess.start(data)) {
            assertThat(tunnel(weir)).isEmpty();
            Path ballast = disk.resolve("ballast");
            fillUpTo(ballast, 64L << 20 >> 5); // a 32nd: below the floor of a twentieth
            await().until(() -> health(weir), saying("refusing"));
            assertThat(tunnel(weir)).startsWith("HTTP/1.1 503 ");
            assertThat(ready(weir)).contains("not ready");
            open.forEach(this::echo);

            Files.delete(ballast);
            await().until(
                            () -> health(weir),
                            said -> said.contains("\"journal\":\"ok\"") && !said.contains("\"overload\""));
            assertThat(tunnel(weir)).isEmpty();
            end(weir, data, "REFUSING", "NORMAL");
        }
    }

    @Test
    void whileTheDiskHangsSessionsAreRefusedAndOpenOnesGoOn() throws Exception {
        Path image = folder.resolve("image");
        isMounted = run(
                "sh",
                "-c",
                "truncate -s 96M " + image + " && mkfs.ext4 -q -F " + image + " && mount -o loop " + image + " "
                        + disk);
        assumeThat(isMounted).as("allowed to mount").isTrue();
        assumeThat(run("sh", "-c", "command -v fsfreeze")).as("fsfreeze").isTrue();
        Path data = folder.resolve("data");
        Files.createDirectory(data);
        Files.createDirectory(disk.resolve("journal"));
        Files.createSymbolicLink(data.resolve("journal"), disk.resolve("journal"));
        String config = config("overload: {journal-lag: 1s}\n");
        try (var weir = WeirProcess.start(data, "--config", config)) {
            assertThat(tunnel(weir)).isEmpty();
            // it thaws whatever becomes of us
            Process frozen =
                    new ProcessBuilder("sh", "-c", "fsfreeze -f " + disk + "; sleep 6; fsfreeze -u " + disk).start();
            await().until(
                            () -> {
                                open.forEach(this::echo);
                                return health(weir);
                            },
                            saying("refusing"));
            String refused = tunnel(weir);
            assertThat(refused)
                    .startsWith("HTTP/1.1 503 ")
                    .containsPattern("overloaded: journal \\d+\\.\\d s behind\n$");
            open.forEach(this::echo);
            assertThat(frozen.isAlive()).as("still frozen").isTrue();

            assertThat(frozen.waitFor()).isZero();
            await().until(() -> health(weir), said -> !said.contains("\"overload\""));
            assertThat(tunnel(weir)).isEmpty();
            end(weir, data, "REFUSING", "NORMAL");
        }
    }

    @Test
    void otherLimitsHoldAtOnce() throws Exception {
        Path data = folder.resolve("data");
        String config = config("overload: {files: off}\n");
        try (var weir = WeirProcess.startWithFiles(192, data, "--config", config)) { // of which it has some 90 open
            assertThat(tunnel(weir)).isEmpty();

            config("overload: {files: 40}\n");
            weir.hangUp();
            await().until(() -> health(weir), mayBegin().negate());
            open.forEach(this::echo);
            config("overload: {files: off}\n");
            weir.hangUp();
            await().until(() -> health(weir), mayBegin());

            assertThat(tunnel(weir)).isEmpty();
            end(weir, data, "NORMAL");
        }
    }

    // ---- what clients do and see ----

    private byte[] connect() {
        return ("CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Opens a tunnel and keeps it, or returns how it was refused. */
    private String tunnel(WeirProcess weir) throws IOException {
        Socket client = weir.connect();
        client.getOutputStream().write(connect());
        String answer = answer(client);
        boolean stands = answer.startsWith("HTTP/1.1 200 ");
        account(answer, client);
        return stands ? "" : answer;
    }

    /** The same, again and again, as a step may end a moment later. */
    private String tunnelWhenItMay(WeirProcess weir) throws Exception {
        await().atMost(Duration.ofSeconds(10)).until(() -> tunnel(weir).isEmpty());
        return "";
    }

    private void account(String answer, Socket client) throws IOException {
        if (answer.startsWith("HTTP/1.1 200 ")) {
            open.add(client);
            overheadUp += connect().length;
            overheadDown += ANSWER;
        } else { // in the session of those who are refused
            client.close();
            up += connect().length;
            down += answer.length();
        }
    }

    private void overheadAndHeads(int clients, int bytes) {
        up += (long) clients * bytes;
    }

    private static String answer(Socket client) throws IOException {
        byte[] first = client.getInputStream().readNBytes(ANSWER);
        String answer = new String(first, StandardCharsets.US_ASCII);
        return answer.startsWith("HTTP/1.1 200 ")
                ? answer
                : answer + new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static boolean isSilent(Socket client) throws IOException {
        try {
            client.getInputStream().read();
            return false;
        } catch (SocketTimeoutException silence) {
            return true;
        }
    }

    private void echo(Socket tunnel) {
        try {
            tunnel.getOutputStream().write(new byte[ECHOED]);
            assertThat(tunnel.getInputStream().readNBytes(ECHOED)).hasSize(ECHOED);
            up += ECHOED;
            down += ECHOED;
        } catch (IOException e) {
            throw new AssertionError("a tunnel that stands did not go on", e);
        }
    }

    /** Stops the node, and holds its journal against what clients saw. */
    private void end(WeirProcess weir, Path data, String... steps) throws Exception {
        for (Socket tunnel : open) {
            tunnel.close();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> get(weir, "/healthz").contains("\"status\":\"ok\""));
        assertThat(weir.stop()).isEqualTo(143);
        String audit = audit(data);
        assertThat(figure(audit, "up")).isEqualTo(up);
        assertThat(figure(audit, "down")).isEqualTo(down);
        assertThat(figure(audit, "overheadUp")).isEqualTo(overheadUp);
        assertThat(figure(audit, "overheadDown")).isEqualTo(overheadDown);
        String events = WeirProcess.run("journal", "cat", "--kind", "OverloadChanged", "--data", data.toString())
                .out();
        for (String step : steps) {
            assertThat(events).contains("\"step\":\"" + step + "\"");
        }
    }

    // ---- what the node says ----

    private static Predicate<String> saying(String step) {
        return said -> said.contains("\"overload\":\"" + step + "\"");
    }

    private static Predicate<String> mayBegin() {
        return saying("refusing").or(saying("accept_paused")).negate();
    }

    private static String health(WeirProcess weir) throws Exception {
        return get(weir, "/healthz");
    }

    private static String ready(WeirProcess weir) throws Exception {
        return get(weir, "/readyz");
    }

    /** Without a pool of connections or threads, as those take files. */
    private static String get(WeirProcess weir, String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), weir.gatewayPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + weir.gatewayPort()
                                    + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private String config(String yaml) throws IOException {
        return Files.writeString(folder.resolve("weir.yaml"), yaml).toString();
    }

    private static void fillUpTo(Path file, long leftFree) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            while (Files.getFileStore(file).getUsableSpace() > leftFree) {
                out.write(new byte[64 << 10]);
            }
        }
    }

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }
}
