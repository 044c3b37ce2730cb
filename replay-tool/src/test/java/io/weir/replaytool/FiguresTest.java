package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1048524, 1023.9 KiB",
        "1048575, 1.0 MiB",
        "5000000000, 4.7 GiB",
        "9223372036854775807, 8.0 EiB"
    })
    void bytesAreShownForPeople(long bytes, String shown) {
        assertThat(Figures.human(bytes)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1970-01-01T00:00:00.000Z",
        "1800000000001, 2027-01-15T08:00:00.001Z",
        "4102444800000, 2100-01-01T00:00:00.000Z",
        "-5, 1970-01-01T00:00:00.000Z",
        "9223372036854775807, 9999-12-31T23:59:59.999Z"
    })
    void timesAreShownInUtcWithMilliseconds(long millis, String shown) {
        assertThat(Figures.time(millis)).isEqualTo(shown);
    }
}
