package io.weir.proxyengine.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hashes: those of others are understood, ours are theirs, and what costs too much is refused. */
@Tag("jdk")
class PasswordHashTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                // of the reference implementations
                "password $argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "U*U $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "U*U $2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "U*U $2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
            })
    void hashesOfOthersAreUnderstood(String password, String hash) {
        PasswordHash read = PasswordHash.parse(hash);

        assertThat(read.matches(utf8(password))).isTrue();
        assertThat(read.matches(utf8(password + "x"))).isFalse();
        assertThat(read.matches(utf8(""))).isFalse();
        assertThat(read.toString()).doesNotContain("$");
    }

    @ParameterizedTest
    @EnumSource(HashAlgorithm.class)
    void whatIsHashedIsFoundRight(HashAlgorithm algorithm) {
        PasswordHash made = algorithm.hash(utf8("grüner Tee"));
        PasswordHash read = PasswordHash.parse(made.text());

        assertThat(read.algorithm()).isEqualTo(algorithm);
        assertThat(read.matches(utf8("grüner Tee"))).isTrue();
        assertThat(read.matches(utf8("gruner Tee"))).isFalse();
        assertThat(made.matches(utf8("grüner Tee"))).isTrue();
        assertThat(algorithm.hash(utf8("grüner Tee")).text()).isNotEqualTo(made.text());
    }

    @Test
    void bcryptTakesNoNewPasswordThatItWouldCutShortAndKnowsOldOnesByTheirStart() {
        assertThatThrownBy(() -> HashAlgorithm.BCRYPT.hash(utf8("x".repeat(73))))
                .isInstanceOf(AccessException.class)
                .hasMessageContaining("72");
        PasswordHash hash = BcryptHash.of(utf8("x".repeat(72)), 4);
        assertThat(hash.matches(utf8("x".repeat(1024)))).isTrue();
        assertThat(hash.matches(utf8("x".repeat(71)))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$2y$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2y$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2y$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2y$05$short",
                "$argon2id$v=19$m=65537,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=99999999,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=65536,t=5,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=8,t=99999999,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=64,t=1,p=9$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=64,t=1,p=1$c29t$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2id$v=19$m=64,t=1,p=1$c29tc2FsdA$CTFh",
                "$argon2id$v=19$m=64,t=1,p=1$c29tc2FsdA$C",
                "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                "$apr1$12345678$abcdefghijklmnopqrstu.",
                "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
                "$6$salt$abc",
                "rl.3StKT.4T8M",
                "secret",
                ""
            })
    void whatIsTooCostlyMalformedOrOfAnotherFormIsRefusedAndNotShown(String hash) {
        assertThatThrownBy(() -> PasswordHash.parse(hash))
                .isInstanceOf(AccessException.class)
                .satisfies(e -> assertThat(e.getMessage())
                        .doesNotContain("CTFhFd", "E5YPO9", "rl.3StKT", "secret", "W6ph5", "abcdefghi"));
    }
}
