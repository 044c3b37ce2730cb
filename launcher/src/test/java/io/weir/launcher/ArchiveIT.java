package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive, unpacked where nothing else is: its script, what a user does with it, and what it holds. Needs tar, as its users do. */
class ArchiveIT {
    private static final Pattern PROXY = Pattern.compile("proxy +(http://127\\.0\\.0\\.1:\\d+)");

    @TempDir
    static Path folder;

    private static Path home;

    @BeforeAll
    static void unpack() throws Exception {
        String archive = System.getProperty("weir.archive");
        assumeThat(archive).as("the archive that the build has made").isNotNull();
        Tool.named("tar").run("-xzf", archive, "-C", folder.toString());
        try (Stream<Path> entries = Files.list(folder)) {
            home = entries.filter(Files::isDirectory).findFirst().orElseThrow();
        }
    }

    private static Process start(Path script, Path output, String... arguments) throws IOException {
        var builder = new ProcessBuilder(Stream.concat(Stream.of(script.toString()), Stream.of(arguments))
                .toList());
        builder.environment().put("WEIR_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("WEIR_OPTS");
        return builder.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private static String run(Path script, String... arguments) throws Exception {
        Path output = Files.createTempFile(folder, "run", ".txt");
        Process process = start(script, output, arguments);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    @Test
    void itHoldsWhatIsNeededAndNoMore() throws Exception {
        assertThat(home.getFileName().toString()).matches("weir-\\d+\\.\\d+\\.\\d+.*");
        for (String file : List.of(
                "bin/weir",
                "lib/weir-launcher.jar",
                "LICENSE",
                "README.md",
                "CHANGELOG.md",
                "docs/operations.md",
                "contrib/weir.service",
                "contrib/weir.logrotate",
                "contrib/Dockerfile",
                "contrib/weir.rules.yml")) {
            assertThat(home.resolve(file)).isNotEmptyFile();
        }
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("bin", "lib", "LICENSE", "README.md", "CHANGELOG.md", "docs", "contrib");
        }
        try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
            assertThat(jars).allMatch(jar -> jar.toString().endsWith(".jar"));
        }
    }

    @Test
    void itHoldsEveryJarThatItRunsOn() throws Exception {
        Path lib = home.resolve("lib");
        try (var launcher = new JarFile(lib.resolve("weir-launcher.jar").toFile())) {
            String needed = launcher.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);

            assertThat(needed.split(" "))
                    .hasSizeGreaterThan(20)
                    .allSatisfy(jar -> assertThat(lib.resolve(jar)).isNotEmptyFile());
        }
    }

    @Test
    void itsAlertsAreThoseOfTheDocumentation() throws Exception {
        String rules = Files.readString(home.resolve("contrib/weir.rules.yml"));

        assertThat(Files.readString(home.resolve("docs/operations.md")))
                .contains(rules.substring(rules.indexOf("groups:")));
    }

    @Test
    void theScriptRunsFromAnywhereAndThroughLinks() throws Exception {
        Path first = Files.createSymbolicLink(folder.resolve("first"), home.resolve("bin/weir"));
        Path second = Files.createSymbolicLink(folder.resolve("second"), Path.of("first"));

        assertThat(run(home.resolve("bin/weir"), "version")).startsWith("weir ");
        assertThat(run(first, "version")).isEqualTo(run(second, "--version"));
        assertThat(first).isNotEqualTo(second);
    }

    @Test
    void aJavaThatItDoesNotRunOnIsSaid() throws Exception {
        var builder = new ProcessBuilder(home.resolve("bin/weir").toString(), "version").redirectErrorStream(true);
        builder.environment().put("WEIR_JAVA_HOME", folder.toString());
        Process process = builder.start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("is no Java from 17 to 25");
        assertThat(process.waitFor()).isEqualTo(69);
    }

    @Test
    void aUserStartsItFetchesThroughItStopsItAndAudits() throws Exception {
        Path output = folder.resolve("proxy.txt");
        Path data = folder.resolve("data");
        HttpServer origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        origin.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("hello".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        origin.start();
        Process proxy = start(
                home.resolve("bin/weir"),
                output,
                "proxy",
                "--listen",
                "127.0.0.1:0",
                "--gateway",
                "127.0.0.1:0",
                "--data",
                data.toString(),
                "--access-log",
                folder.resolve("access.log").toString());
        try {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Files.readString(output).contains("Ctrl-C"));
            Matcher address = PROXY.matcher(Files.readString(output));
            assertThat(address.find()).isTrue();
            String url = "http://127.0.0.1:" + origin.getAddress().getPort() + "/x";

            assertThat(Tool.named("curl").run("-s", "-x", address.group(1), url))
                    .isEqualTo("hello");

            proxy.destroy(); // SIGTERM
            assertThat(proxy.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(proxy.exitValue()).isEqualTo(143);
            assertThat(Files.readString(output)).contains("bin/weir audit", "weir: stopped at sequence");
            assertThat(folder.resolve("access.log")).content().contains("\"url\":\"" + url, "\"status\":200");
            assertThat(run(home.resolve("bin/weir"), "audit", "--data", data.toString()))
                    .contains("ok");
        } finally {
            proxy.destroyForcibly();
            origin.stop(0);
        }
    }
}
