package io.weir.proxyengine.bodies;

import static io.weir.proxyengine.bodies.StoreFixture.MIB;
import static io.weir.proxyengine.bodies.StoreFixture.bytes;
import static io.weir.proxyengine.bodies.StoreFixture.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetentionTest {
    @TempDir
    Path temp;

    @Test
    void whatWasNotSeenForTooLongIsDeletedAndWhatWasSeenAgainStays() throws Exception {
        try (var fixture = StoreFixture.open(temp)) { // 7 days
            Path old = fixture.file(fixture.store(bytes(1, 10)).sha256());
            Path seenAgain = fixture.file(fixture.store(bytes(2, 10)).sha256());
            fixture.clock.pass(Duration.ofDays(6));
            fixture.store(bytes(2, 10));
            fixture.clock.pass(Duration.ofDays(1));
            fixture.store(bytes(3, 10));
            assertThat(old).exists();

            fixture.clock.pass(Duration.ofMinutes(1));
            fixture.store(bytes(4, 10));

            await().until(() -> !Files.exists(old));
            assertThat(seenAgain).exists();

            fixture.clock.pass(Duration.ofDays(6));
            fixture.store(bytes(4, 10));

            await().until(() -> !Files.exists(seenAgain));
            assertThat(fixture.file(sha256(bytes(3, 10)))).exists();
        }
    }

    @Test
    void theOldestMakeRoom() throws Exception {
        long blocks = 4 * 4096;
        try (var fixture = StoreFixture.open(new BodyStoreConfig(temp, blocks, MIB, Duration.ofDays(7), blocks))) {
            var files = new Path[6];
            for (int i = 0; i < 4; i++) {
                files[i] = fixture.file(fixture.store(bytes(i, 100)).sha256());
                fixture.clock.pass(Duration.ofSeconds(1));
            }
            fixture.store(bytes(0, 100)); // seen again
            fixture.clock.pass(Duration.ofSeconds(1));

            fixture.store(bytes(4, 5000)); // two blocks

            await().until(() -> !Files.exists(files[2]));
            assertThat(files[0]).exists();
            assertThat(files[1]).doesNotExist();
            assertThat(files[3]).exists();
            assertThat(fixture.file(sha256(bytes(4, 5000)))).exists();
        }
    }

    @Test
    void whatSomebodyElseDeletedIsFoundOut() throws Exception {
        long blocks = 4 * 4096;
        try (var fixture = StoreFixture.open(new BodyStoreConfig(temp, blocks, MIB, Duration.ofDays(7), blocks))) {
            for (int i = 0; i < 4; i++) {
                Files.delete(fixture.file(fixture.store(bytes(i, 100)).sha256()));
                fixture.clock.pass(Duration.ofSeconds(1));
            }
            for (int i = 10; i < 14; i++) {
                fixture.store(bytes(i, 100));
                fixture.clock.pass(Duration.ofSeconds(1));
            }
            fixture.store(bytes(13, 100)); // after it what came before is done
            for (int i = 10; i < 14; i++) {
                assertThat(fixture.file(sha256(bytes(i, 100)))).exists();
            }
        }
    }

    @Test
    void atTheStartTheFolderIsBroughtWithinItsLimits() throws Exception {
        var clock = new TestClock();
        for (int i = 0; i < 10; i++) {
            Path file = temp.resolve(sha256(bytes(i, 100)).substring(0, 2)).resolve(sha256(bytes(i, 100)));
            Files.createDirectories(file.getParent());
            Files.write(file, bytes(i, 100));
            Files.setLastModifiedTime(file, FileTime.from(clock.instant().minus(Duration.ofDays(i))));
        }
        Path stranger = Files.write(Files.createDirectories(temp.resolve("ab")).resolve("README"), new byte[1]);

        try (var fixture = StoreFixture.open(new BodyStoreConfig(temp, 5 * 4096, MIB, Duration.ofDays(7), 5 * 4096))) {
            for (int i = 0; i < 10; i++) {
                assertThat(Files.exists(fixture.file(sha256(bytes(i, 100)))))
                        .as("%d days old", i)
                        .isEqualTo(i < 5);
            }
            assertThat(stranger).exists();
        }
    }
}
