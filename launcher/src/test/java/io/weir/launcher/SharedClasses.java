package io.weir.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/**
 * What this JVM's Weir processes load their classes from: the class path of the tests, all of it jars, and an archive of the classes of a node, which a
 * rehearsal makes as it does for {@code ./weir}. A start takes half the processor time with it. Made when the first process is, in a folder that this JVM
 * removes when it ends; immutable, any thread.
 */
final class SharedClasses {
    private static final long PATIENCE_SECONDS = 120;

    private final String classPath;
    private final Path archive;

    private SharedClasses(Path folder) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            Path path = Path.of(entry);
            entries.add(Files.isDirectory(path) ? jar(path, folder.resolve(entries.size() + ".jar")) : entry);
        }
        classPath = String.join(":", entries);
        archive = folder.resolve("weir.jsa");
    }

    private static final class Made {
        static final SharedClasses CLASSES = make();
    }

    /** The options by which a JVM with {@code options} uses them. */
    static List<String> options(List<String> options) {
        SharedClasses made = Made.CLASSES;
        var all = new ArrayList<>(options);
        all.add("-Xlog:disable"); // an archive that does not fit is passed over without a word
        if (Files.exists(made.archive)) {
            all.add("-XX:SharedArchiveFile=" + made.archive);
        }
        all.addAll(List.of("-cp", made.classPath));
        return all;
    }

    private static SharedClasses make() {
        try {
            Path folder = Files.createTempDirectory("weir-classes");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
            var made = new SharedClasses(folder);
            made.rehearse(folder.resolve("data"));
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void rehearse(Path data) throws IOException {
        List<String> command = WeirProcess.java();
        command.addAll(List.of("-Xlog:disable", "-XX:ArchiveClassesAtExit=" + archive, "-cp", classPath));
        command.addAll(List.of(Main.class.getName(), "proxy", "--rehearse", "--listen", "127.0.0.1:0"));
        command.addAll(List.of("--gateway", "127.0.0.1:0", "--data", data.toString()));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                Files.deleteIfExists(archive); // it may have been writing it
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String jar(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                var out = new JarOutputStream(file);
                Stream<Path> all = Files.walk(classes)) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (Path each : all.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
                Files.copy(each, out);
            }
        }
        return jar.toString();
    }

    private static void remove(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            // what is left is in the folder for temporary files
        }
    }
}
