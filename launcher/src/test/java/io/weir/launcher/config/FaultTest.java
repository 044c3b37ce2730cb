package io.weir.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is shown of a wrong value. */
class FaultTest {
    @ParameterizedTest
    @CsvSource({
        "http://anna:secret@h:1,[not shown]@h:1",
        "a http://anna:s@cret@h b:c,a [not shown]@h b:c",
        "anna@example.com,anna@example.com",
        "x@y:z,x@y:z",
        "no sign: at all,no sign: at all"
    })
    void whatStandsBeforeAnAtSignInAUrlIsNotShown(String text, String shown) {
        assertThat(Fault.shown(text)).isEqualTo(shown);
    }

    @Test
    void aLongOneThatIsMadeToTakeTimeTakesNone() {
        String text = ":".repeat(200_000) + " @" + ":".repeat(50_000);

        assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> assertThat(Fault.shown(text)).hasSizeLessThanOrEqualTo(200));
    }
}
