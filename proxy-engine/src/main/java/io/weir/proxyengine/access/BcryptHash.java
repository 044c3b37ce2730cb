package io.weir.proxyengine.access;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * A hash of bcrypt, as {@code htpasswd -B} writes it. Immutable.
 *
 * <pre>
 * $2y$ cost:2 $ salt:22 hash:31     2^cost rounds; $2a$ and $2b$ are the same
 * </pre>
 *
 * <p>bcrypt takes the first 72 bytes of a password and no more; new passwords that are longer are refused.
 */
record BcryptHash(String text) implements PasswordHash {
    /** 2^10 rounds, about a tenth of a second. */
    static final int NEW_COST = 10;

    private static final int COST_MIN = 4;
    /** About a second and a half: what one check may cost. */
    private static final int COST_MAX = 14;

    private static final int PASSWORD_BYTES_MAX = 72;
    private static final Pattern FORM = Pattern.compile("\\$2[aby]\\$([0-9]{2})\\$[./A-Za-z0-9]{53}");

    static BcryptHash parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new AccessException("the bcrypt hash is malformed");
        }
        int cost = Integer.parseInt(form.group(1));
        if (cost < COST_MIN || cost > COST_MAX) {
            throw new AccessException("bcrypt's cost must be " + COST_MIN + " to " + COST_MAX + ", not " + cost);
        }
        return new BcryptHash(text);
    }

    static BcryptHash of(byte[] password, int cost) {
        if (password.length > PASSWORD_BYTES_MAX) {
            throw new AccessException("bcrypt takes passwords of up to " + PASSWORD_BYTES_MAX + " bytes, not "
                    + password.length + "; argon2id takes longer ones");
        }
        return new BcryptHash(OpenBSDBCrypt.generate("2y", password, HashAlgorithm.salt(), cost));
    }

    @Override
    public boolean matches(byte[] password) {
        return OpenBSDBCrypt.checkPassword(text, password); // compares in constant time
    }

    @Override
    public HashAlgorithm algorithm() {
        return HashAlgorithm.BCRYPT;
    }

    @Override
    public String toString() {
        return "bcrypt";
    }
}
