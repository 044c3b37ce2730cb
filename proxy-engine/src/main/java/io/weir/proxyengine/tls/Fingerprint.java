package io.weir.proxyengine.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of a certificate's DER, in the two forms in use. */
final class Fingerprint {
    private Fingerprint() {}

    /** {@code AB:CD:…}, as browsers and tools show it. */
    static String withColons(byte[] der) {
        return HexFormat.ofDelimiter(":").withUpperCase().formatHex(sha256().digest(der));
    }

    /** Lower-case hex. */
    static String hex(byte[] der) {
        return HexFormat.of().formatHex(sha256().digest(der));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
