package io.weir.proxyengine.bodies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A store in a folder of the test, with its clock and its disk; what is told of bodies is collected. One thread. */
final class StoreFixture implements AutoCloseable {
    static final int MIB = 1 << 20;

    final TestClock clock = new TestClock();
    final TestDisk disk = new TestDisk();
    final Path folder;
    private final BlockingQueue<StoredBody> told = new LinkedBlockingQueue<>();
    private final BodyStore store;

    private StoreFixture(BodyStoreConfig config) {
        folder = config.folder();
        store = BodyStore.open(config, disk, clock);
    }

    static StoreFixture open(Path folder) {
        return open(new BodyStoreConfig(folder, MIB, 4 * MIB, Duration.ofDays(7), 64 * MIB));
    }

    static StoreFixture open(BodyStoreConfig config) {
        return new StoreFixture(config);
    }

    BodyStore store() {
        return store;
    }

    BodyRecorder begin() {
        return store.begin(Runnable::run, told::add);
    }

    /** Records a body as a whole, without waiting. */
    void record(byte[] body) {
        BodyRecorder recorder = begin();
        recorder.add(Unpooled.wrappedBuffer(body));
        recorder.end();
    }

    StoredBody store(byte[] body) throws InterruptedException {
        record(body);
        return next();
    }

    /** What is told next. */
    StoredBody next() throws InterruptedException {
        StoredBody body = told.poll(10, TimeUnit.SECONDS);
        assertThat(body).as("told within 10 s").isNotNull();
        return body;
    }

    boolean nothingMoreIsTold() {
        return told.isEmpty();
    }

    Path file(String sha256) {
        return folder.resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    List<Path> temporaries() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("tmp"))) {
            return files.toList();
        }
    }

    void awaitNothingQueued() {
        await().until(() -> store.queuedBytes() == 0);
    }

    void awaitTemporaries(int count) {
        await().until(() -> temporaries().size() == count);
    }

    static byte[] bytes(long seed, int length) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        disk.goOn();
        store.close();
        assertThat(store.queuedBytes()).as("left of the budget").isZero();
    }
}
