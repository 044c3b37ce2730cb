package io.weir.proxyengine.access;

/** What is kept of a password, with what it costs to check one. Immutable. */
sealed interface PasswordHash permits BcryptHash, Argon2idHash {
    /** Whether the password is the one; takes as long if it is not. Slow: not on an event loop. */
    boolean matches(byte[] password);

    /** As it stands in the file. */
    String text();

    HashAlgorithm algorithm();

    /**
     * Reads one.
     *
     * @throws AccessException if it is of a form that is not taken, malformed, or too costly to check
     */
    static PasswordHash parse(String text) {
        if (text.startsWith("$2")) {
            return BcryptHash.parse(text);
        }
        if (text.startsWith("$argon2")) {
            return Argon2idHash.parse(text);
        }
        throw new AccessException(form(text) + " is not taken: bcrypt ($2y$, $2b$, $2a$) and argon2id are");
    }

    /** Names a form without showing what is in it: it may be a password. */
    private static String form(String text) {
        if (text.startsWith("$apr1$") || text.startsWith("$1$")) {
            return "MD5";
        }
        if (text.startsWith("{SHA}") || text.startsWith("$5$") || text.startsWith("$6$")) {
            return "SHA";
        }
        return "an unknown form of hash";
    }
}
