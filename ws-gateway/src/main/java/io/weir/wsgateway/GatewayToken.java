package io.weir.wsgateway;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/** The secret that a client presents. Immutable; its text form does not reveal it, so that no log does. */
public final class GatewayToken {
    private static final int RANDOM_BYTES = 32;

    /** At 6 bits a character no fewer can hold 128 bits. All are safe in a URL and in a cookie. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{22,512}");

    private final String value;
    private final byte[] digest;

    private GatewayToken(String value) {
        this.value = value;
        this.digest = sha256(value);
    }

    /**
     * A token that somebody chose.
     *
     * @throws GatewayException if it is too short or has a character that a URL or a cookie would change
     */
    public static GatewayToken of(String value) {
        if (!FORM.matcher(value).matches()) {
            throw new GatewayException("gateway token: expected 22 to 512 letters, digits, '-' or '_', found "
                    + value.length() + " characters");
        }
        return new GatewayToken(value);
    }

    /** A token of 256 random bits. */
    public static GatewayToken random() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return new GatewayToken(Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }

    /**
     * The token of a file, which is made with a random one if it is missing: readable by its owner only, and never half
     * written, since it is renamed into place.
     *
     * @throws GatewayException if the file cannot be used, or others than its owner may read it
     */
    public static GatewayToken loadOrCreate(Path file) {
        return new TokenFile(file).loadOrCreate();
    }

    /** The secret itself, for the address that is shown to the operator. */
    public String value() {
        return value;
    }

    /** Whether that is the token; takes as long for any that is not, of whatever length it shares a prefix. */
    boolean matches(String presented) {
        return MessageDigest.isEqual(digest, sha256(presented));
    }

    @Override
    public String toString() {
        return "GatewayToken[secret]";
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
