package io.weir.launcher.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with bandwidths of single users is said at the key that is to be changed. */
class UserKeysTest {
    private static List<String> faults(String yaml) {
        return ConfigReader.read(yaml.getBytes(StandardCharsets.UTF_8), Map.of()).faults().stream()
                .map(fault -> fault.key() + ": " + fault.problem())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "anna | is not NAME SIZE",
                "anna fast | is no size",
                "anna 1023 | is no bandwidth",
                "anna 0 | is no bandwidth",
                "anna 2048GiB | is no bandwidth",
                "anna -1KiB | is no size",
            })
    void whatIsNoBandwidthIsSaid(String text, String problem) {
        assertThat(faults("limits: {bandwidths: ['" + text + "']}"))
                .anySatisfy(fault ->
                        assertThat(fault).startsWith("limits.bandwidths").contains(problem));
    }

    @Test
    void whoIsThereTwiceIsSaidAndThatThereAreNoUsers() {
        assertThat(faults("limits: {bandwidths: [anna 1MiB, b c none, anna none], quotas: [bob none, bob day=1KiB]}"))
                .anySatisfy(fault ->
                        assertThat(fault).startsWith("limits.bandwidths").contains("the user anna is there twice"))
                .anySatisfy(
                        fault -> assertThat(fault).startsWith("limits.quotas").contains("the user bob is there twice"))
                .anySatisfy(fault ->
                        assertThat(fault).startsWith("limits.bandwidths").contains("and there is none"));
    }
}
