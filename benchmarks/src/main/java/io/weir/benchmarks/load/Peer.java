package io.weir.benchmarks.load;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A proxy that can take part: how it is found, configured and started. Immutable.
 *
 * @param name as the command line has it
 * @param title as a reader knows it
 * @param program its file, or the file's name, which is looked for in the PATH and where Debian puts servers
 * @param versionOption what makes it print its version
 * @param feature what it must print with its version to be of use; empty if nothing in particular
 * @param setup writes its configuration
 * @param logging what it logs here, in words
 */
record Peer(
        String name, String title, String program, String versionOption, String feature, Setup setup, String logging) {
    private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+(\\.\\d+)*");

    /** Writes a configuration into an empty folder, and answers with the options to start with; they stay in front. */
    interface Setup {
        List<String> prepare(Path folder, int port) throws IOException;
    }

    /** Whether it has a ledger, with which the driver's counts are compared. */
    boolean isWeir() {
        return name.equals(Peers.WEIR) || name.startsWith(Peers.WEIR + "-");
    }

    /** The program's file; empty if it is not installed. */
    Optional<Path> file() {
        if (program.contains("/")) {
            return Optional.of(Path.of(program)).filter(Files::isExecutable);
        }
        Stream<String> path = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1));
        return Stream.concat(path, Stream.of("/usr/sbin", "/usr/local/sbin", "/usr/local/bin"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Why it cannot take part; empty if it can. */
    Optional<String> obstacle() {
        Optional<Path> file = file();
        if (file.isEmpty()) {
            return Optional.of("not installed: " + program);
        }
        return feature.isEmpty() || versionOutput(file.get()).contains(feature)
                ? Optional.empty()
                : Optional.of("not built with " + feature + ": " + file.get());
    }

    /** Title and version. */
    String titleWithVersion() {
        return file().map(file -> title + version(file)).orElse(title);
    }

    private String version(Path file) {
        Matcher version = VERSION.matcher(versionOutput(file));
        return version.find() ? " " + version.group() : "";
    }

    private String versionOutput(Path file) {
        try {
            Process process = new ProcessBuilder(file.toString(), versionOption)
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
