package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Whom a bypass concerns. */
class BypassesTest {
    private static final Authority BANK = new Authority("bank.example", 443);
    private static final Authority OTHER = new Authority("other.example", 443);
    private static final InetAddress CLIENT = InetAddress.getLoopbackAddress();

    private final Bypasses bypasses = new Bypasses(Duration.ofMinutes(1));

    @Test
    void aNameAskedOfAnotherHostDoesNotMakeTheNamesOwnHostPass() {
        bypasses.add("bank.example", OTHER, null);

        assertThat(bypasses.has("bank.example", OTHER, CLIENT)).isTrue();
        assertThat(bypasses.has("bank.example", BANK, CLIENT)).isFalse();
    }

    @Test
    void aClientsBypassIsNobodyElses() throws Exception {
        bypasses.add("bank.example", BANK, CLIENT);

        assertThat(bypasses.has("bank.example", BANK, CLIENT)).isTrue();
        assertThat(bypasses.has("bank.example", BANK, InetAddress.getByName("192.0.2.1")))
                .isFalse();
    }

    @Test
    void onlyWhatWasGuessedIsTakenBack() {
        bypasses.addGuess("bank.example", BANK, CLIENT);
        bypasses.add("other.example", OTHER, CLIENT);

        assertThat(bypasses.removeGuess("bank.example", BANK, CLIENT)).isTrue();
        assertThat(bypasses.has("bank.example", BANK, CLIENT)).isFalse();
        assertThat(bypasses.removeGuess("other.example", OTHER, CLIENT)).isFalse();
        assertThat(bypasses.has("other.example", OTHER, CLIENT)).isTrue();
    }
}
