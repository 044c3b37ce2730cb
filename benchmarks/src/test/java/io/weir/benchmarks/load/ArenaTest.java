package io.weir.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ArenaTest {
    private final AtomicReference<Path> folder = new AtomicReference<>(Path.of("/nowhere"));

    private Peer peer(String program, String... options) {
        return new Peer(
                "fake",
                "Fake",
                program,
                "--version",
                "",
                (home, port) -> {
                    folder.set(Files.writeString(home.resolve("fake.conf"), "a setting\n")
                            .getParent());
                    return List.of(options);
                },
                "nothing");
    }

    private static int freePort() throws IOException {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return listener.getLocalPort();
        }
    }

    @Test
    void aPeerThatEndsAtOnceIsSaidWithWhatItPrinted() throws Exception {
        try (Arena arena = Arena.open(Path.of("/nowhere"), freePort(), 0)) {
            assertThatIOException()
                    .isThrownBy(() -> arena.start(peer("/bin/sh", "-c", "echo no such option; exit 3")))
                    .withMessageContaining("status 3")
                    .withMessageContaining("no such option");
        }
    }

    @Test
    void theEndStopsWhatRunsAndRemovesWhatItWrote() throws Exception {
        int port = freePort();
        Peer sleeper = peer("/bin/sleep", "600");
        RunningProxy running;
        try (var listener = new ServerSocket(port, 10, InetAddress.getLoopbackAddress());
                Arena arena = Arena.open(Path.of("/nowhere"), listener.getLocalPort(), 0)) {
            arena.start(sleeper);
            running = Objects.requireNonNull(arena.proxy(sleeper));
            assertThat(ProcessHandle.of(running.pid())).isPresent();
            assertThat(folder.get()).exists();
        }

        assertThat(ProcessHandle.of(running.pid()).filter(ProcessHandle::isAlive))
                .isEmpty();
        assertThat(folder.get()).doesNotExist();
    }

    @Test
    void whatIsStartedFindsTheOriginsAuthority() throws Exception {
        Peer sleeper = peer("/bin/sleep", "600");
        try (var listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                Arena arena = Arena.open(Path.of("/nowhere"), listener.getLocalPort(), 0)) {
            arena.prepareTls();
            arena.start(sleeper);

            assertThat(Peers.originCaFor(Objects.requireNonNull(folder.get())))
                    .content()
                    .startsWith("-----BEGIN CERTIFICATE-----");

            arena.stop(sleeper);
            assertThat(arena.proxy(sleeper)).isNull();
        }
    }

    @Test
    void aPeerWithoutAFeatureCannotTakePart() {
        Peer.Setup none = (home, port) -> List.of();

        assertThat(new Peer("a", "A", "/bin/echo", "with-tls", "with-tls", none, "").obstacle())
                .isEmpty();
        assertThat(new Peer("a", "A", "/bin/echo", "without", "with-tls", none, "").obstacle())
                .hasValue("not built with with-tls: /bin/echo");
        assertThat(new Peer("a", "A", "/nowhere/echo", "with-tls", "with-tls", none, "").obstacle())
                .hasValue("not installed: /nowhere/echo");
    }

    @Test
    void afterTheEndNothingIsStarted() throws Exception {
        Arena arena = Arena.open(Path.of("/nowhere"), freePort(), 0);
        arena.close();

        assertThatIOException().isThrownBy(() -> arena.start(peer("/bin/sleep", "600")));
    }
}
