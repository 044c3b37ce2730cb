package io.weir.wsgateway;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The files below the folder {@code web} of this package, out of the jar or, in tests, out of the folder of classes. What is asked for
 * later is looked up in this list, so no path leads anywhere else. Blocking; to be called once.
 */
final class WebFiles {
    private static final String FOLDER = "web/";
    private static final String INDEX = FOLDER + "index.html";

    private WebFiles() {}

    /** Path, such as {@code app/main.js}, to the text of each file. All of them are text. */
    static Map<String, String> read() {
        URL index = WebFiles.class.getResource(INDEX);
        if (index == null) {
            throw new GatewayException("the program is incomplete: " + INDEX + " is missing");
        }
        try {
            URLConnection connection = index.openConnection();
            return connection instanceof JarURLConnection jar
                    ? ofJar(new File(jar.getJarFileURL().toURI()), folder(jar.getEntryName()))
                    : ofFolder(Path.of(index.toURI()).resolveSibling(""));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the files of the page", e);
        } catch (URISyntaxException e) {
            throw new GatewayException("cannot find the files of the page at " + index);
        }
    }

    private static String folder(String entryOfIndex) {
        return entryOfIndex.substring(0, entryOfIndex.length() - "index.html".length());
    }

    private static Map<String, String> ofJar(File file, String folder) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (JarFile jar = new JarFile(file)) {
            for (JarEntry entry : jar.stream().toList()) {
                if (entry.getName().startsWith(folder) && !entry.isDirectory()) {
                    byte[] bytes = jar.getInputStream(entry).readAllBytes();
                    texts.put(entry.getName().substring(folder.length()), new String(bytes, StandardCharsets.UTF_8));
                }
            }
        }
        return texts;
    }

    private static Map<String, String> ofFolder(Path folder) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                texts.put(folder.relativize(file).toString().replace(File.separatorChar, '/'), Files.readString(file));
            }
        }
        return texts;
    }
}
