package io.weir.proxyengine.access;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * A hash of argon2id (RFC 9106) in the form of the password hashing competition (PHC). Immutable; the arrays are its own.
 *
 * <pre>
 * $argon2id$v=19$m=KiB,t=passes,p=lanes$ salt $ hash     both in base64 without padding
 * </pre>
 */
final class Argon2idHash implements PasswordHash {
    /** What a new one costs: 19 MiB, two passes, one lane. */
    private static final int NEW_KIB = 19 * 1024;

    private static final int NEW_PASSES = 2;
    private static final int NEW_HASH_BYTES = 32;

    /** So that each of the threads has room for one in a small heap. */
    private static final int KIB_MAX = 64 * 1024;

    /** KiB times passes: what one check may cost, about half a second. */
    private static final int WORK_MAX = 4 * KIB_MAX;

    private static final int LANES_MAX = 16;
    private static final int SALT_BYTES_MIN = 8;
    private static final int BYTES_MAX = 64;
    private static final int HASH_BYTES_MIN = 16;

    private static final Pattern FORM =
            Pattern.compile("\\$argon2id\\$v=19\\$m=([0-9]{1,8}),t=([0-9]{1,8}),p=([0-9]{1,8})"
                    + "\\$([A-Za-z0-9+/]{1,128})\\$([A-Za-z0-9+/]{1,128})");

    private final String text;
    private final int kib;
    private final int passes;
    private final int lanes;
    private final byte[] salt;
    private final byte[] hash;

    private Argon2idHash(String text, int kib, int passes, int lanes, byte[] salt, byte[] hash) {
        this.text = text;
        this.kib = kib;
        this.passes = passes;
        this.lanes = lanes;
        this.salt = salt;
        this.hash = hash;
    }

    static Argon2idHash parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new AccessException("the argon2 hash is not $argon2id$v=19$m=KIB,t=PASSES,p=LANES$SALT$HASH");
        }
        int kib = Integer.parseInt(form.group(1));
        int passes = Integer.parseInt(form.group(2));
        int lanes = Integer.parseInt(form.group(3));
        check(lanes >= 1 && lanes <= LANES_MAX, "lanes (p) must be 1 to " + LANES_MAX + ", not " + lanes);
        check(
                kib >= 8 * lanes && kib <= KIB_MAX,
                "memory (m) must be " + 8 * lanes + " to " + KIB_MAX + " KiB, not " + kib);
        check(
                passes >= 1 && (long) passes * kib <= WORK_MAX,
                "passes (t) must be 1 to " + WORK_MAX / kib + " with " + kib + " KiB, not " + passes);
        byte[] salt = decode(form.group(4), SALT_BYTES_MIN, "salt");
        byte[] hash = decode(form.group(5), HASH_BYTES_MIN, "hash");
        return new Argon2idHash(text, kib, passes, lanes, salt, hash);
    }

    private static void check(boolean holds, String fault) {
        if (!holds) {
            throw new AccessException("argon2id's " + fault);
        }
    }

    private static byte[] decode(String base64, int min, String what) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new AccessException("argon2id's " + what + " is not base64", e);
        }
        check(
                bytes.length >= min && bytes.length <= BYTES_MAX,
                what + " must have " + min + " to " + BYTES_MAX + " bytes, not " + bytes.length);
        return bytes;
    }

    static Argon2idHash of(byte[] password) {
        byte[] salt = HashAlgorithm.salt();
        byte[] hash = compute(password, NEW_KIB, NEW_PASSES, 1, salt, NEW_HASH_BYTES);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        String text = "$argon2id$v=19$m=" + NEW_KIB + ",t=" + NEW_PASSES + ",p=1$" + base64.encodeToString(salt) + '$'
                + base64.encodeToString(hash);
        return new Argon2idHash(text, NEW_KIB, NEW_PASSES, 1, salt, hash);
    }

    private static byte[] compute(byte[] password, int kib, int passes, int lanes, byte[] salt, int bytes) {
        var generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(kib)
                .withIterations(passes)
                .withParallelism(lanes)
                .withSalt(salt)
                .build());
        byte[] hash = new byte[bytes];
        generator.generateBytes(password, hash);
        return hash;
    }

    @Override
    public boolean matches(byte[] password) {
        return MessageDigest.isEqual(hash, compute(password, kib, passes, lanes, salt, hash.length));
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public HashAlgorithm algorithm() {
        return HashAlgorithm.ARGON2ID;
    }

    @Override
    public String toString() {
        return "argon2id";
    }
}
