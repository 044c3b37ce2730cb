package io.weir.benchmarks.load;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection, which counts what the kernel took and gave. It has one message at a time to send: a few
 * bytes and, after them, filler from its beginning. Event loop's thread only.
 */
final class Wire implements EventLoop.Ready {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final EventLoop loop;
    private final SocketChannel channel;
    private final Tally tally;
    private Conversation conversation;
    private @Nullable SelectionKey key;
    private ByteBuffer head = NOTHING;
    private long fillerOffset;
    private long fillerLeft;
    private boolean isOverhead;

    private Wire(EventLoop loop, SocketChannel channel, Tally tally, Conversation conversation) {
        this.loop = loop;
        this.channel = channel;
        this.tally = tally;
        this.conversation = conversation;
    }

    /**
     * Starts to connect; the conversation hears of the outcome later.
     *
     * @param source address to connect from; null leaves it to the kernel
     */
    static Wire connect(
            EventLoop loop, InetSocketAddress target, @Nullable InetAddress source, Tally tally, Conversation first)
            throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                return connectOnce(loop, target, source, tally, first);
            } catch (BindException e) { // somebody has that port
                if (source == null || tries == SourcePorts.MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    private static Wire connectOnce(
            EventLoop loop, InetSocketAddress target, @Nullable InetAddress source, Tally tally, Conversation first)
            throws IOException {
        var wire = new Wire(loop, SocketChannel.open(), tally, first);
        try {
            wire.channel.configureBlocking(false);
            wire.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (source != null) {
                wire.channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                wire.channel.bind(
                        new InetSocketAddress(source, loop.sourcePorts().next()));
            }
            boolean isThere = wire.channel.connect(target);
            wire.key = loop.register(wire.channel, isThere ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, wire);
            if (isThere) {
                loop.execute(wire::opened);
            }
            return wire;
        } catch (IOException e) {
            wire.channel.close();
            throw e;
        }
    }

    /** Serves a connection that was accepted. */
    static void serve(EventLoop loop, SocketChannel accepted, Conversation conversation) throws IOException {
        accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
        var wire = new Wire(loop, accepted, new Tally(), conversation);
        wire.key = loop.register(accepted, SelectionKey.OP_READ, wire);
    }

    EventLoop loop() {
        return loop;
    }

    /** Another conversation goes on from here. */
    void handOverTo(Conversation next) {
        conversation = next;
    }

    /** From now on, what is sent counts as overhead, or no more. */
    void overhead(boolean on) {
        isOverhead = on;
    }

    /** Sends a message: the given bytes, then filler. {@link Conversation#drained} follows, perhaps at once. */
    void send(byte[] first, long filler) throws IOException {
        if (isSending()) {
            throw new IllegalStateException("the message before is not sent yet");
        }
        head = ByteBuffer.wrap(first);
        fillerOffset = 0;
        fillerLeft = filler;
        flush();
    }

    boolean isSending() {
        return head.hasRemaining() || fillerLeft > 0;
    }

    @Override
    public void ready(SelectionKey ready) {
        if (ready.isValid() && ready.isConnectable()) {
            opened();
        } else {
            if (ready.isValid() && ready.isWritable()) {
                attempt(this::flush);
            }
            if (ready.isValid() && ready.isReadable()) {
                attempt(this::read);
            }
        }
    }

    private void opened() {
        attempt(() -> {
            channel.finishConnect();
            interest(SelectionKey.OP_READ);
            conversation.opened(this);
        });
    }

    /** Something that the network can make fail. */
    interface Step {
        void run() throws IOException;
    }

    /** Does something that the network can make fail; if it does, the conversation hears of it. */
    void attempt(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            close();
            conversation.failed(e);
        } catch (RuntimeException e) { // one connection's trouble is not to end the loop
            close();
            conversation.failed(new IOException(e));
        }
    }

    private void read() throws IOException {
        ByteBuffer bytes = loop.readBuffer();
        int count = channel.read(bytes);
        if (count < 0) {
            close();
            conversation.ended();
        } else if (count > 0) {
            tally.received(count);
            conversation.received(this, bytes.flip());
        }
    }

    private void flush() throws IOException {
        while (isSending()) {
            ByteBuffer bytes = head.hasRemaining() ? composed() : loop.filler().at(fillerOffset, fillerLeft);
            int offered = bytes.remaining();
            int taken = channel.write(bytes);
            tally.sent(taken, isOverhead);
            int ofHead = Math.min(taken, head.remaining());
            head.position(head.position() + ofHead);
            fillerOffset += taken - ofHead;
            fillerLeft -= taken - ofHead;
            if (taken < offered) {
                interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
        }
        interest(SelectionKey.OP_READ);
        conversation.drained(this);
    }

    /** What is left of the head and, behind it, as much filler as there is room for: one system call for both. */
    private ByteBuffer composed() {
        ByteBuffer bytes = loop.writeBuffer().put(head.duplicate());
        return bytes.put(loop.filler().at(fillerOffset, Math.min(fillerLeft, bytes.remaining())))
                .flip();
    }

    private void interest(int operations) {
        SelectionKey registered = key;
        if (registered != null && registered.isValid() && registered.interestOps() != operations) {
            registered.interestOps(operations);
        }
    }

    /** Closes it; with everything received that was sent to us, that is an orderly end. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // closed as far as it can be
        }
    }

    /** Ends it with a reset, whatever is on its way. */
    void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }
}
