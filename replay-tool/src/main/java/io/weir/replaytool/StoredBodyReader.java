package io.weir.replaytool;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Reads bodies from the store beside a journal: {@code bodies/ab/abcd…}, by their SHA-256, which is checked. One thread; holds no
 * more than one body of {@link #HELD_BYTES}.
 */
final class StoredBodyReader {
    /** Bodies that are longer, as stored or without gzip, are not held in memory. */
    static final int HELD_BYTES = 8 << 20;

    private static final long LONGEST_BYTES = 1 << 30; // what one text of an archive may come from

    private final Path folder;

    StoredBodyReader(Path folder) {
        this.folder = folder;
    }

    /** The file of a stored body if it is there, is what its name says, and not longer than 1 GiB. */
    Optional<Path> find(String sha256) {
        if (!sha256.matches("[0-9a-f]{64}")) {
            return Optional.empty();
        }
        Path file = folder.resolve(sha256.substring(0, 2)).resolve(sha256);
        try {
            boolean isThere = Files.isRegularFile(file) && Files.size(file) <= LONGEST_BYTES;
            return isThere && sha256Of(file).equals(sha256) ? Optional.of(file) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String sha256Of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, sha256).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A body's bytes without gzip, if they are not more than are held and its encoding is none or gzip. */
    static Optional<byte[]> decoded(Path file, String contentEncoding) throws IOException {
        if (Files.size(file) > HELD_BYTES) {
            return Optional.empty();
        }
        byte[] stored = Files.readAllBytes(file);
        return switch (contentEncoding.strip().toLowerCase(Locale.ROOT)) {
            case "", "identity" -> Optional.of(stored);
            case "gzip", "x-gzip" -> unzipped(stored);
            default -> Optional.empty();
        };
    }

    private static Optional<byte[]> unzipped(byte[] stored) {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(stored))) {
            byte[] bytes = in.readNBytes(HELD_BYTES + 1);
            return bytes.length > HELD_BYTES ? Optional.empty() : Optional.of(bytes);
        } catch (IOException e) {
            return Optional.empty(); // no gzip, or cut short: then it is shown as it is
        }
    }

    /** The bytes as text, if they are UTF-8. */
    static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
