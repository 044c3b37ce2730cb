package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One thread and the connections that it serves. Whatever is registered here is touched by this thread only; others
 * talk to it by {@link #execute} and {@link #call}, from any thread.
 */
final class EventLoop implements AutoCloseable {
    private static final int READ_BYTES = 256 * 1024;
    private static final int WRITE_BYTES = 64 * 1024;
    private static final int RECORD_BYTES = 20 * 1024; // more than TLS makes of the 16 KiB in one

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Runnable> ticks = new ArrayList<>(); // this thread only
    private final Filler filler = new Filler();
    private final SourcePorts sourcePorts = new SourcePorts();
    private final ByteBuffer readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
    private final ByteBuffer writeBuffer = ByteBuffer.allocateDirect(WRITE_BYTES);
    private final ByteBuffer plainBuffer = ByteBuffer.allocateDirect(RECORD_BYTES);
    private final ByteBuffer recordsIn = ByteBuffer.allocateDirect(READ_BYTES + RECORD_BYTES);
    private final ByteBuffer recordsOut = ByteBuffer.allocateDirect(WRITE_BYTES + RECORD_BYTES);
    private volatile boolean isStopping;

    /** Is told on the loop's thread that its channel is ready. */
    interface Ready {
        void ready(SelectionKey key);
    }

    private EventLoop(Selector selector, String name) {
        this.selector = selector;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    static EventLoop start(String name) throws IOException {
        var loop = new EventLoop(Selector.open(), name);
        loop.thread.start();
        return loop;
    }

    static List<EventLoop> start(int count, String name) throws IOException {
        List<EventLoop> loops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            loops.add(start(name + "-" + i));
        }
        return loops;
    }

    private void run() {
        Consumer<SelectionKey> dispatch = key -> ((Ready) key.attachment()).ready(key);
        try (selector) {
            while (!isStopping) {
                selector.select(dispatch);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                for (Runnable tick : ticks) {
                    tick.run();
                }
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a task soon. */
    void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    /** Asks for something that only the loop's thread may look at, and waits for it. Not from the loop itself. */
    <T> T call(Supplier<T> question) {
        var answer = new CompletableFuture<T>();
        execute(() -> answer.complete(question.get()));
        return answer.join();
    }

    /** Runs after whatever wakes the loop up, from now on. This thread only. */
    void onEachTurn(Runnable tick) {
        ticks.add(tick);
    }

    void wakeUp() {
        selector.wakeup();
    }

    SelectionKey register(SelectableChannel channel, int interest, Ready ready) throws IOException {
        channel.configureBlocking(false);
        return channel.register(selector, interest, ready);
    }

    Filler filler() {
        return filler;
    }

    SourcePorts sourcePorts() {
        return sourcePorts;
    }

    /** Empty, for one read. */
    ByteBuffer readBuffer() {
        return readBuffer.clear();
    }

    /** Empty, for one write. */
    ByteBuffer writeBuffer() {
        return writeBuffer.clear();
    }

    /** Empty, for what one TLS record contains. */
    ByteBuffer plainBuffer() {
        return plainBuffer.clear();
    }

    /** Empty, for the TLS records of one read and what was left of the read before. */
    ByteBuffer recordsIn() {
        return recordsIn.clear();
    }

    /** Empty, for the TLS records of one write. */
    ByteBuffer recordsOut() {
        return recordsOut.clear();
    }

    /** Ends the thread, which closes all that is registered. */
    @Override
    public void close() {
        isStopping = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
