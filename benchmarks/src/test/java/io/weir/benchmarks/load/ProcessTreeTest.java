package io.weir.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessTreeTest {
    private final ProcessTree own = new ProcessTree(ProcessHandle.current().pid());

    @Test
    void theProcessorTimeOfAProcessGrows() {
        double before = own.cpuSeconds();
        List<String> work = new ArrayList<>();
        while (own.cpuSeconds() - before < 0.05) {
            work.add(String.valueOf(work.size()));
        }

        assertThat(own.cpuSeconds()).isGreaterThan(before);
    }

    @Test
    void childrenCount() throws Exception {
        long before = own.files();
        Process child = new ProcessBuilder("sleep", "60").start();
        try {
            await().until(() -> own.files() > before);

            assertThat(own.residentBytes()).isPositive();
            assertThat(own.pipes()).isPositive();
        } finally {
            child.destroy();
        }
    }

    @Test
    void aProcessThatIsGoneTakesNothing() {
        var gone = new ProcessTree(Integer.MAX_VALUE);

        assertThat(gone.cpuSeconds()).isZero();
        assertThat(gone.residentBytes()).isZero();
        assertThat(gone.files()).isZero();
    }
}
