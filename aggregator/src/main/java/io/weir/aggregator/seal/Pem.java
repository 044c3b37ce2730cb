package io.weir.aggregator.seal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;

/** Keys as text (RFC 7468). */
final class Pem {
    private static final int MAX_BYTES = 64 * 1024;

    private Pem() {}

    static String write(String label, byte[] der) {
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
        return "-----BEGIN " + label + "-----\n" + lines.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /** The first block with that label. */
    static byte[] read(Path file, String label) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
            throw new FileNotFoundException("is no PEM file");
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        String begin = "-----BEGIN " + label + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + label + "-----");
        if (from < 0 || to < from) {
            throw new IOException("holds no " + label + " in PEM");
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
        } catch (IllegalArgumentException e) {
            throw new IOException("holds a " + label + " that is damaged", e);
        }
    }

    /** What went wrong, as the end of a sentence about the file. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "is not there";
        }
        return e instanceof AccessDeniedException ? "may not be read" : String.valueOf(e.getMessage());
    }
}
