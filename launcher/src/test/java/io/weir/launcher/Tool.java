package io.weir.launcher;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program of the machine that a test runs as a client, with an environment that says nothing of proxies and certificates. */
final class Tool {
    private static final List<String> UNWANTED =
            List.of("SSL", "PROXY", "CA_BUNDLE", "CA_CERTS", "NODE_", "GIT_", "CURL_");

    private final String path;
    private final Map<String, String> environment = new HashMap<>();

    private Tool(String path) {
        this.path = path;
    }

    /** The first that there is of these; the test is skipped if there is none. */
    static Tool named(String... names) {
        for (String name : names) {
            for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
                Path candidate = Path.of(folder, name);
                if (Files.isExecutable(candidate)) {
                    return new Tool(candidate.toString());
                }
            }
        }
        assumeTrue(false, "skipped: there is no " + String.join(" or ", names) + " on this machine");
        throw new AssertionError();
    }

    /** The one in that file. */
    static Tool at(Path program) {
        return new Tool(program.toString());
    }

    Tool with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Runs it to its end, which must be a good one within a minute; returns what it printed. */
    String run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile("tool", ".out");
        Path err = Files.createTempFile("tool", ".err");
        try {
            Process process = builder(arguments)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(path + " did not end: " + text(out) + text(err));
            }
            if (process.exitValue() != 0) {
                throw new AssertionError(
                        path + " ended with status " + process.exitValue() + ": " + text(out) + text(err));
            }
            return text(out);
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Starts it; its output goes nowhere. */
    Process start(String... arguments) throws IOException {
        return builder(arguments)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Runs it to its end, whatever that is; its status. */
    int status(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(path + " did not end");
        }
        return process.exitValue();
    }

    private ProcessBuilder builder(String... arguments) {
        var builder = new ProcessBuilder(path);
        builder.command().addAll(List.of(arguments));
        builder.environment()
                .keySet()
                .removeIf(name -> UNWANTED.stream().anyMatch(name.toUpperCase(java.util.Locale.ROOT)::contains));
        builder.environment().putAll(environment);
        return builder;
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
