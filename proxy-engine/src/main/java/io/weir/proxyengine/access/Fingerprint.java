package io.weir.proxyengine.access;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Stands for credentials where they are remembered: half of an HMAC, or a {@link SipHash}, under a key that lives and dies with the process, so that memory holds no
 * password and nothing that one could be guessed by. Immutable.
 *
 * @param high its first eight bytes
 * @param low the next eight
 */
record Fingerprint(long high, long low) {
    private static final String ALGORITHM = "HmacSHA256";

    /** Whether it stands for the same, found out in the same time if not. */
    boolean isSame(Fingerprint other) {
        return ((high ^ other.high) | (low ^ other.low)) == 0;
    }

    static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    static Fingerprint of(Mac mac, Credentials credentials) {
        ByteBuffer code = ByteBuffer.wrap(mac.doFinal(credentials.bytes()));
        return new Fingerprint(code.getLong(), code.getLong());
    }
}
