package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/**
 * Chronicle's analytics, which report to Google from the first queue on, are nowhere on the class path: excluded by the
 * parent pom. The manifests of other Chronicle jars name that jar, so a copy lying beside them would be loaded.
 */
class NothingPhonesHomeTest {
    @Test
    void theClassThatReportsIsNotThere() {
        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
                .isInstanceOf(ClassNotFoundException.class);
    }

    @Test
    void chronicleItselfIsThere() throws Exception {
        assertThat(Class.forName("net.openhft.chronicle.queue.ChronicleQueue")).isInterface();
    }
}
