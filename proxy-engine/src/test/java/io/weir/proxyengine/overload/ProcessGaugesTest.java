package io.weir.proxyengine.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessGaugesTest {
    private static final int FILES = 40;
    private static final double LIMIT = 0.3;
    private static final int PIECE = 64 << 10; // larger ones have whole regions to themselves

    @Test
    void openFilesAreCounted() throws Exception {
        var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var open = new OpenFiles(system);
        long before = open.getAsLong();
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
            sockets.add(new ServerSocket(0));
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> open.getAsLong() >= before + FILES - 5);
        assertThat(open.getAsLong()).isCloseTo(system.getOpenFileDescriptorCount(), within(5L));
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> open.getAsLong() < before + FILES / 2);
    }

    @Test
    void aFileThatWasNotToBeHadCountsAsAll() {
        assertThat(new FilesGauge(() -> 10, () -> 100, () -> false).read(LIMIT)).isEqualTo(0.1);
        assertThat(new FilesGauge(() -> 10, () -> 100, () -> true).read(LIMIT)).isEqualTo(1);
        assertThat(new FilesGauge(() -> 10, () -> 256, () -> false).text(0.955)).isEqualTo("files 95 % of 256");
    }

    @Test
    void directMemoryIsThatOfTheJdkOrOfNettyWhicheverIsMore() {
        var gauge = new DirectMemoryGauge();
        double before = gauge.read(LIMIT);
        ByteBuffer taken = ByteBuffer.allocateDirect(64 << 20);

        assertThat(gauge.read(LIMIT)).isGreaterThan(0.08).isGreaterThanOrEqualTo(before);
        assertThat(taken.capacity()).isEqualTo(64 << 20);
    }

    /** What lives counts within a few seconds, what is dead does not, and when it is gone that is noticed at once, though nobody else would collect it. */
    @Test
    void theHeapIsWhatLivesInIt() {
        var gauge = new HeapGauge();
        long pieces = (long) (Runtime.getRuntime().maxMemory() * (LIMIT + 0.03)) / PIECE;
        for (int i = 0; i < 4 * pieces; i++) {
            assertThat(new byte[PIECE]).isNotEmpty(); // garbage
        }
        assertThat(new HeapGauge().read(LIMIT)).isLessThan(LIMIT);

        List<byte[]> kept = new ArrayList<>();
        for (int i = 0; i < pieces; i++) {
            kept.add(new byte[PIECE]);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> gauge.read(LIMIT) >= LIMIT);
        assertThat(kept).isNotEmpty();
        kept.clear();

        await().atMost(Duration.ofSeconds(30)).until(() -> gauge.read(LIMIT) < LIMIT - 0.05);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 bytes", "1023, 1023 bytes", "1536, 1.5 KiB", "268435456, 256 MiB", "1181116006, 1.1 GiB"})
    void sizesAreInTheirUnit(long bytes, String text) {
        assertThat(ProcessGauges.size(bytes)).isEqualTo(text);
    }
}
