package io.weir.proxyengine.access;

import java.security.SecureRandom;

/** How a password becomes what is kept of it. */
public enum HashAlgorithm {
    BCRYPT("bcrypt") {
        @Override
        PasswordHash hash(byte[] password) {
            return BcryptHash.of(password, BcryptHash.NEW_COST);
        }
    },
    ARGON2ID("argon2id") {
        @Override
        PasswordHash hash(byte[] password) {
            return Argon2idHash.of(password);
        }
    };

    private static final SecureRandom random = new SecureRandom();

    private final String text;

    HashAlgorithm(String text) {
        this.text = text;
    }

    /**
     * Hashes with a new salt. Slow.
     *
     * @throws AccessException if it cannot take such a password
     */
    abstract PasswordHash hash(byte[] password);

    static byte[] salt() {
        byte[] salt = new byte[16];
        random.nextBytes(salt);
        return salt;
    }

    @Override
    public String toString() {
        return text;
    }
}
