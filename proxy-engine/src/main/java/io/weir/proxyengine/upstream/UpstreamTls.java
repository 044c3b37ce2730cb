package io.weir.proxyengine.upstream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * How TLS is spoken with an upstream. Immutable.
 *
 * @param ca PEM: who may have signed its certificate, and nobody else; null for those whom the JDK trusts
 * @param serverName whom it must prove to be, and the SNI; empty for its host
 * @param insecure whether its certificate is not looked at
 * @param certificate PEM: what we show if it asks who we are; null if nothing
 * @param key PEM: the key of that, PKCS #8, not encrypted
 */
public record UpstreamTls(
        @Nullable Path ca,
        String serverName,
        boolean insecure,
        @Nullable Path certificate,
        @Nullable Path key) {
    /** Verified by the JDK's authorities, under the name of the host. */
    public static final UpstreamTls USUAL = new UpstreamTls(null, "", false, null, null);

    /** SHA-256 of what its files have now, in hex; {@code none} for one that cannot be read. Reads them. */
    String filesDigest() {
        var text = new StringBuilder();
        for (Path file : new @Nullable Path[] {ca, certificate, key}) {
            text.append(file == null ? "-" : digest(file)).append(' ');
        }
        return text.toString();
    }

    private static String digest(Path file) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(Files.readAllBytes(file)));
        } catch (IOException e) {
            return "none";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // each JDK has it
        }
    }

    /** Verified by these authorities, under the name of the host. */
    public static UpstreamTls trusting(Path ca) {
        return new UpstreamTls(ca, "", false, null, null);
    }
}
