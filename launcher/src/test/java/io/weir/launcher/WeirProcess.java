package io.weir.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Weir of its own process, as a user starts it, on free ports. Closing it kills it if it still runs. */
final class WeirProcess implements AutoCloseable {
    /** What a command that ended has left. */
    record Ended(int status, String out, String err) {}

    private static final Pattern PROXY = Pattern.compile("proxy +http://127\\.0\\.0\\.1:(\\d+)");
    private static final Pattern LISTENER = Pattern.compile("\"(?:([a-z0-9]+)://)?127\\.0\\.0\\.1:(\\d+)\"");
    private static final Pattern DASHBOARD =
            Pattern.compile("dashboard +https?://127\\.0\\.0\\.1:(\\d+)/\\?token=(\\S+)");

    private final Process process;
    private final int proxyPort;
    private final int gatewayPort;
    private final String token;
    private final long startMillis;

    private WeirProcess(Process process, int proxyPort, int gatewayPort, String token, long startMillis) {
        this.process = process;
        this.proxyPort = proxyPort;
        this.gatewayPort = gatewayPort;
        this.token = token;
        this.startMillis = startMillis;
    }

    /** Starts a proxy on {@code data} and returns when it says that it is ready. */
    static WeirProcess start(Path data, String... options) throws IOException {
        return start(data, List.of(), options);
    }

    /** The same, but where it listens for clients is in its file only, http first. */
    static WeirProcess startByFile(Path data) throws IOException {
        return awaitReady(
                command("proxy", "--gateway", "127.0.0.1:0", "--data", data.toString()),
                data.resolveSibling(data.getFileName() + ".err"));
    }

    /** The same with options for its JVM. */
    static WeirProcess start(Path data, List<String> jvmOptions, String... options) throws IOException {
        return start(data, 0, 0, jvmOptions, options);
    }

    /** The same with so many files at most. */
    static WeirProcess startWithFiles(int files, Path data, String... options) throws IOException {
        List<String> command = proxyCommand(data, 0, 0, List.of(), options);
        List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + files + "; exec \"$0\" \"$@\""));
        limited.addAll(command);
        return awaitReady(limited, data.resolveSibling(data.getFileName() + ".err"));
    }

    /** Another one on the ports of this one, which has ended. */
    WeirProcess startAgain(Path data, String... options) throws IOException {
        return start(data, proxyPort, gatewayPort, List.of(), options);
    }

    /** Starts a replay of the journal in {@code data}, for browsers, and returns when it says that it is ready. */
    static WeirProcess replay(Path data, String... options) throws IOException {
        List<String> command = command("replay", "--serve", "--gateway", "127.0.0.1:0", "--data", data.toString());
        command.addAll(List.of(options));
        return awaitReady(command, data.resolveSibling(data.getFileName() + ".replay.err"));
    }

    private static WeirProcess start(Path data, int proxy, int gateway, List<String> jvmOptions, String... options)
            throws IOException {
        List<String> command = proxyCommand(data, proxy, gateway, jvmOptions, options);
        return awaitReady(command, data.resolveSibling(data.getFileName() + ".err"));
    }

    private static List<String> proxyCommand(
            Path data, int proxy, int gateway, List<String> jvmOptions, String... options) {
        List<String> command = command(
                "proxy",
                "--listen",
                "127.0.0.1:" + proxy,
                "--gateway",
                "127.0.0.1:" + gateway,
                "--data",
                data.toString());
        command.addAll(command.indexOf("-cp"), jvmOptions); // after ours, so instead of them
        command.addAll(List.of(options));
        return command;
    }

    private static WeirProcess awaitReady(List<String> command, Path errors) throws IOException {
        long begun = System.nanoTime();
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        int proxyPort = 0;
        String line;
        while ((line = lines.readLine()) != null) {
            Matcher found = PROXY.matcher(line);
            if (found.find()) {
                proxyPort = Integer.parseInt(found.group(1));
            }
            Matcher dashboard = DASHBOARD.matcher(line);
            if (dashboard.find()) {
                long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                return new WeirProcess(
                        process, proxyPort, Integer.parseInt(dashboard.group(1)), dashboard.group(2), took);
            }
        }
        throw new IOException("weir ended before it was ready, status " + exitOf(process));
    }

    /** Runs a command to its end. */
    static Ended run(String... arguments) throws IOException {
        Process process = new ProcessBuilder(command(arguments)).start();
        var err = new StringBuilder();
        var reader = new Thread(() -> err.append(text(process.getErrorStream())));
        reader.start();
        String out = text(process.getInputStream());
        int status = exitOf(process);
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new Ended(status, out, err.toString());
    }

    /** Adds a user to a file of users. */
    static void addUser(Path file, String name, String password) throws IOException {
        Process process = new ProcessBuilder(
                        command("user", "add", name, "--file", file.toString(), "--password-stdin"))
                .inheritIO()
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        try (var in = process.getOutputStream()) {
            in.write((password + '\n').getBytes(StandardCharsets.UTF_8));
        }
        if (exitOf(process) != 0) {
            throw new IOException("the user was not added");
        }
    }

    /** How a command is started as a process of its own. */
    static List<String> command(String... arguments) {
        List<String> command = SharedClasses.options(java());
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** How a JVM is started with what Weir needs of it. */
    static List<String> java() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (option.startsWith("--add-")
                    || option.startsWith("--enable-native")
                    || option.startsWith("--sun-misc")) {
                command.add(option);
            }
        }
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        return command;
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int exitOf(Process process) {
        try {
            if (process.waitFor(60, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new AssertionError("the command did not end within a minute");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    int proxyPort() {
        return proxyPort;
    }

    int gatewayPort() {
        return gatewayPort;
    }

    String token() {
        return token;
    }

    /** An address of the gateway. */
    String gatewayUrl(String path) {
        return "http://127.0.0.1:" + gatewayPort + path;
    }

    long startMillis() {
        return startMillis;
    }

    /** A connection to the proxy; reads give up after 20 seconds. */
    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), proxyPort);
        socket.setSoTimeout(20_000);
        return socket;
    }

    HttpResponse<String> health() throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gatewayPort + "/healthz"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    /** The ports of the proxy's listeners by their kind, of which there is one each. */
    Map<String, Integer> listenerPorts() throws IOException, InterruptedException {
        String health = health().body();
        Matcher listener = LISTENER.matcher(health.substring(health.indexOf("\"listen\"")));
        Map<String, Integer> ports = new HashMap<>();
        while (listener.find()) {
            int port = Integer.parseInt(listener.group(2));
            if (port != gatewayPort) {
                ports.put(listener.group(1) == null ? "http" : listener.group(1), port);
            }
        }
        return ports;
    }

    /** SIGHUP. */
    void hangUp() throws IOException {
        exitOf(new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid())).start());
    }

    /** {@code kill -9}. */
    void kill() {
        process.destroyForcibly();
        exitOf(process);
    }

    /** SIGTERM; returns at once. */
    void terminate() throws IOException {
        exitOf(new ProcessBuilder("kill", "-TERM", String.valueOf(process.pid())).start());
    }

    /** Waits for the end; returns the status. */
    int awaitExit() {
        return exitOf(process);
    }

    /** SIGTERM; returns the status. */
    int stop() {
        process.destroy();
        return exitOf(process);
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
