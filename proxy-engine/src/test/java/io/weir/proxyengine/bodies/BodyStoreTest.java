package io.weir.proxyengine.bodies;

import static io.weir.proxyengine.bodies.StoreFixture.MIB;
import static io.weir.proxyengine.bodies.StoreFixture.bytes;
import static io.weir.proxyengine.bodies.StoreFixture.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.weir.proxyengine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyStoreTest {
    @TempDir
    Path temp;

    @ParameterizedTest
    @ValueSource(ints = {1, 4095, 4096, 4097, 65_536, 300_000, MIB})
    void aBodyIsFoundUnderItsHash(int length) throws Exception {
        byte[] body = bytes(length, length);
        try (var fixture = StoreFixture.open(temp.resolve("bodies"))) {
            BodyRecorder recorder = fixture.begin();
            ByteBuf data = Unpooled.wrappedBuffer(body);
            for (int step = 1; data.isReadable(); step = step * 3 + 1) {
                ByteBuf piece = data.readSlice(Math.min(step, data.readableBytes()));
                int readable = piece.readableBytes();
                recorder.add(piece);
                assertThat(piece.readableBytes()).isEqualTo(readable);
            }
            recorder.end();

            StoredBody told = fixture.next();

            assertThat(told).isEqualTo(new StoredBody(sha256(body), length, ""));
            assertThat(fixture.file(told.sha256())).hasBinaryContent(body);
            assertThat(fixture.temporaries()).isEmpty();
        }
    }

    @Test
    void nobodyElseCanLookIn() throws Exception {
        Path folder = temp.resolve("bodies");
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var fixture = StoreFixture.open(folder)) {
            Path file = fixture.file(fixture.store(bytes(1, 100)).sha256());

            assertThat(permissions(file)).isEqualTo("rw-------");
            assertThat(permissions(file.resolveSibling("").normalize())).isEqualTo("rwx------");
            assertThat(permissions(folder)).isEqualTo("rwx------");
            assertThat(permissions(folder.resolve("tmp"))).isEqualTo("rwx------");
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void theSameBodyIsKeptOnceAndSeenAgain() throws Exception {
        try (var fixture = StoreFixture.open(temp)) {
            StoredBody first = fixture.store(bytes(1, 5000));
            Object fileKey = Files.getAttribute(fixture.file(first.sha256()), "unix:ino");
            fixture.clock.pass(Duration.ofHours(1));

            StoredBody second = fixture.store(bytes(1, 5000));

            assertThat(second).isEqualTo(first);
            Path file = fixture.file(first.sha256());
            assertThat(Files.getAttribute(file, "unix:ino")).isEqualTo(fileKey);
            assertThat(Files.getLastModifiedTime(file).toMillis()).isEqualTo(fixture.clock.millis());
            assertThat(fixture.temporaries()).isEmpty();
        }
    }

    @Test
    void aFileThatACrashOfTheMachineCutIsReplaced() throws Exception {
        byte[] body = bytes(1, 5000);
        try (var fixture = StoreFixture.open(temp)) {
            Path file = fixture.file(sha256(body));
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[100]);

            fixture.store(body);

            assertThat(file).hasBinaryContent(body);
        }
    }

    @Test
    void anEmptyBodyIsToldOfAtOnce() throws Exception {
        try (var fixture = StoreFixture.open(temp)) {
            BodyRecorder recorder = fixture.begin();
            recorder.add(Unpooled.EMPTY_BUFFER);
            fixture.disk.hang();

            recorder.end();

            assertThat(fixture.nothingMoreIsTold()).isFalse();
            assertThat(fixture.next()).isEqualTo(new StoredBody("", 0, ""));
        }
    }

    @Test
    void aBodyThatIsTooLargeIsCountedAndNotKept() throws Exception {
        try (var fixture = StoreFixture.open(temp)) {
            BodyRecorder recorder = fixture.begin();
            recorder.add(Unpooled.wrappedBuffer(new byte[MIB]));
            recorder.add(Unpooled.wrappedBuffer(new byte[1]));
            recorder.add(Unpooled.wrappedBuffer(new byte[MIB]));
            recorder.end();

            assertThat(fixture.next()).isEqualTo(new StoredBody("", 2 * MIB + 1, "larger than 1048576 bytes"));
            fixture.store(bytes(1, 1)); // after it what came before is done
            assertThat(fixture.temporaries()).isEmpty();
        }
    }

    @Test
    void aBodyThatBreaksOffIsThrownAway() throws Exception {
        try (var fixture = StoreFixture.open(temp)) {
            BodyRecorder recorder = fixture.begin();
            recorder.add(Unpooled.wrappedBuffer(new byte[200_000]));

            recorder.abort();
            recorder.abort();
            recorder.add(Unpooled.wrappedBuffer(new byte[10]));
            recorder.end();

            assertThat(fixture.next()).isEqualTo(new StoredBody("", 200_000, "incomplete"));
            assertThat(fixture.nothingMoreIsTold()).isTrue();
            fixture.store(bytes(1, 1));
            assertThat(fixture.temporaries()).isEmpty();
        }
    }

    @Test
    void aBodyForWhichTheQueueHasNoRoomIsGivenUpAndTheNextIsStored() throws Exception {
        var config = new BodyStoreConfig(temp, 8 * MIB, MIB, Duration.ofDays(1), 64 * MIB);
        try (var fixture = StoreFixture.open(config)) {
            fixture.disk.hang();
            BodyRecorder recorder = fixture.begin();
            recorder.add(Unpooled.wrappedBuffer(new byte[2 * MIB]));
            recorder.end();

            assertThat(fixture.next()).isEqualTo(new StoredBody("", 2 * MIB, "the store was too slow"));
            assertThat(fixture.store().queuedBytes()).isLessThanOrEqualTo(MIB);
            fixture.disk.goOn();
            fixture.awaitNothingQueued();
            assertThat(fixture.store(bytes(1, 500_000)).note()).isEmpty();
            assertThat(fixture.temporaries()).isEmpty();
        }
    }

    @Test
    void manyBodiesThatComeSlowlyLeaveRoomForOthers() throws Exception {
        var config = new BodyStoreConfig(temp, MIB, MIB, Duration.ofDays(1), 64 * MIB);
        try (var fixture = StoreFixture.open(config)) {
            var slow = new BodyRecorder[400]; // each would keep 4 KiB
            for (int i = 0; i < slow.length; i++) {
                slow[i] = fixture.begin();
                slow[i].add(Unpooled.copyInt(i));
            }

            assertThat(fixture.store(bytes(1, 100_000)).note()).isEmpty();
            for (BodyRecorder each : slow) {
                each.end();
                assertThat(fixture.next().note()).isEmpty();
            }
        }
    }

    @Test
    void aFullDiskCostsTheBodyAndNotTheStore() throws Exception {
        try (var fixture = StoreFixture.open(temp)) {
            BodyRecorder half = fixture.begin();
            half.add(Unpooled.wrappedBuffer(new byte[100_000]));
            fixture.awaitTemporaries(1);
            fixture.disk.fail("No space left on device");

            half.add(Unpooled.wrappedBuffer(new byte[100_000]));
            half.end();

            assertThat(fixture.next()).isEqualTo(new StoredBody("", 200_000, "not written: No space left on device"));
            assertThat(fixture.temporaries()).isEmpty();
            fixture.disk.fail("");
            assertThat(fixture.store(bytes(1, 10)).note()).isEmpty();
        }
    }

    @Test
    void aFolderThatIsDeletedCostsABodyAndIsMadeAgain() throws Exception {
        try (var fixture = StoreFixture.open(temp.resolve("bodies"))) {
            Files.delete(fixture.folder.resolve("tmp"));
            Files.delete(fixture.folder);

            StoredBody lost = fixture.store(bytes(1, 10));

            assertThat(lost.note()).startsWith("not written: ");
            assertThat(fixture.store(bytes(1, 10)).note()).isEmpty();
            assertThat(permissions(fixture.folder)).isEqualTo("rwx------");
        }
    }

    @Test
    void nothingIsStoredWhenTheDiskIsNearlyFull() throws Exception {
        try (var fixture = StoreFixture.open(temp)) {
            fixture.disk.free((256L << 20) + 99);
            assertThat(fixture.store(bytes(1, 100)).note()).isEqualTo("less than 256 MiB are free");

            fixture.disk.free((256L << 20) + 100);
            fixture.clock.pass(Duration.ofSeconds(1));
            assertThat(fixture.store(bytes(1, 100)).note()).isEmpty();
            assertThat(fixture.store(bytes(2, 1)).note()).isEqualTo("less than 256 MiB are free");
        }
    }

    @Test
    void bodiesUnderWayDoNotOutgrowTheFolder() throws Exception {
        try (var fixture = StoreFixture.open(new BodyStoreConfig(temp, 10_000, MIB, Duration.ofDays(1), 10_000))) {
            BodyRecorder one = fixture.begin();
            BodyRecorder two = fixture.begin();
            one.add(Unpooled.wrappedBuffer(new byte[6000]));
            two.add(Unpooled.wrappedBuffer(new byte[6000]));
            two.end();

            assertThat(fixture.next().note()).isEqualTo("too much is under way");
            one.end();
            assertThat(fixture.next().note()).isEmpty();
            assertThat(fixture.store(bytes(1, 6000)).note()).isEmpty();
        }
    }

    @Test
    void whatACrashLeftIsDeletedAndBodiesStay() throws Exception {
        byte[] body = bytes(1, 100);
        Path file = temp.resolve(sha256(body).substring(0, 2)).resolve(sha256(body));
        Files.createDirectories(temp.resolve("tmp"));
        Files.write(temp.resolve("tmp").resolve("1f-0"), new byte[10]);
        Files.createDirectories(file.getParent());
        Files.write(file, body);
        Files.setLastModifiedTime(file, FileTime.from(new TestClock().instant()));

        try (var fixture = StoreFixture.open(temp)) {
            assertThat(fixture.temporaries()).isEmpty();
            assertThat(file).hasBinaryContent(body);
        }
    }

    @Test
    void closingStoresWhatIsQueuedAndRefusesTheRest() throws Exception {
        var fixture = StoreFixture.open(temp);
        BodyRecorder late = fixture.begin();
        late.add(Unpooled.wrappedBuffer(new byte[10]));
        BodyRecorder later = fixture.begin();
        later.add(Unpooled.wrappedBuffer(new byte[100_000]));
        for (int i = 0; i < 50; i++) {
            fixture.record(bytes(i, 10_000));
        }

        fixture.store().close();

        for (int i = 0; i < 50; i++) {
            assertThat(fixture.next()).isEqualTo(new StoredBody(sha256(bytes(i, 10_000)), 10_000, ""));
        }
        late.end();
        assertThat(fixture.next()).isEqualTo(new StoredBody("", 10, "the store is closed"));
        later.add(Unpooled.wrappedBuffer(new byte[1]));
        later.end();
        assertThat(fixture.next()).isEqualTo(new StoredBody("", 100_001, "the store is closed"));
        assertThat(fixture.temporaries()).isEmpty();
        fixture.close();
    }

    @Test
    void closingGivesUpWhatASlowDiskDoesNotTake() throws Exception {
        var fixture = StoreFixture.open(temp);
        fixture.disk.hang();
        for (int i = 0; i < 20; i++) {
            fixture.record(bytes(i, 10_000));
        }

        fixture.store().close(20);

        for (int i = 0; i < 20; i++) {
            assertThat(fixture.next()).isEqualTo(new StoredBody("", 10_000, "the store is closed"));
        }
        fixture.close();
        assertThat(fixture.nothingMoreIsTold()).isTrue();
        assertThat(fixture.temporaries()).isEmpty();
    }

    @Test
    void itIsToldOnTheLoopOfTheExchange() throws Exception {
        var loop = new DefaultEventLoop();
        try (var fixture = StoreFixture.open(temp)) {
            var onLoop = new CompletableFuture<Boolean>();
            loop.execute(() -> {
                BodyRecorder recorder = fixture.store().begin(loop, body -> onLoop.complete(loop.inEventLoop()));
                recorder.add(Unpooled.copyInt(1));
                recorder.end();
            });

            assertThat(onLoop.get(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void aLoopThatHasStoppedAndAListenerThatFailsAreNoFaultOfTheStore() throws Exception {
        try (var fixture = StoreFixture.open(temp)) {
            BodyRecorder stopped = fixture.store()
                    .begin(
                            task -> {
                                throw new RejectedExecutionException("stopped");
                            },
                            body -> {
                                throw new AssertionError("told of " + body);
                            });
            stopped.add(Unpooled.copyInt(1));
            stopped.end();

            assertThat(fixture.store(bytes(1, 10)).note()).isEmpty();
        }
    }

    @Test
    void aFolderThatCannotBeUsedIsRefused() throws Exception {
        Path file = Files.write(temp.resolve("file"), new byte[1]);

        assertThatThrownBy(() -> BodyStore.open(BodyStoreConfig.defaults(file)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void everyFaultOfTheSettingsIsNamed() {
        assertThatThrownBy(() -> new BodyStoreConfig(temp, 0, 1000, Duration.ZERO, -1))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("1 byte or more")
                .hasMessageContaining("1 MiB or more")
                .hasMessageContaining("longer than PT0S")
                .hasMessageContaining("not only -1");
    }
}
