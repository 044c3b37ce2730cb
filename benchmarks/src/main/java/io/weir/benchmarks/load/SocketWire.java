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

/** One end of a connection, which counts what the kernel took and gave. Event loop's thread only. */
final class SocketWire implements Wire, EventLoop.Ready {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final EventLoop loop;
    private final SocketChannel channel;
    private final Tally tally;
    private Conversation conversation;
    private @Nullable SelectionKey key;
    private final Message message = new Message();
    private ByteBuffer untaken = NOTHING; // what the kernel did not take at once of what is sent as it is
    private boolean isOverhead;

    private SocketWire(EventLoop loop, SocketChannel channel, Tally tally, Conversation conversation) {
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
    static SocketWire connect(
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

    private static SocketWire connectOnce(
            EventLoop loop, InetSocketAddress target, @Nullable InetAddress source, Tally tally, Conversation first)
            throws IOException {
        var wire = new SocketWire(loop, SocketChannel.open(), tally, first);
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
        var wire = new SocketWire(loop, accepted, new Tally(), conversation);
        wire.key = loop.register(accepted, SelectionKey.OP_READ, wire);
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public void handOverTo(Conversation next) {
        conversation = next;
    }

    @Override
    public void overhead(boolean on) {
        isOverhead = on;
    }

    @Override
    public void send(byte[] first, long filler) throws IOException {
        message.begin(first, filler);
        flush();
    }

    @Override
    public boolean isSending() {
        return message.isLeft() || untaken.hasRemaining();
    }

    /**
     * Sends bytes as they are; the buffer is free for other use afterwards. Not while a message is being sent.
     *
     * @return whether the kernel has taken all; if not, {@link Conversation#drained} follows when it has
     */
    boolean sendNow(ByteBuffer bytes) throws IOException {
        if (!untaken.hasRemaining()) {
            tally.sent(channel.write(bytes), isOverhead);
        }
        if (bytes.hasRemaining()) {
            untaken = ByteBuffer.allocate(untaken.remaining() + bytes.remaining())
                    .put(untaken)
                    .put(bytes)
                    .flip();
            interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
        return !untaken.hasRemaining();
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

    @Override
    public void attempt(Step step) {
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
            boolean isHeldBack = untaken.hasRemaining();
            ByteBuffer bytes = isHeldBack ? untaken : message.next(loop);
            int offered = bytes.remaining();
            int taken = channel.write(bytes);
            tally.sent(taken, isOverhead);
            if (!isHeldBack) {
                message.taken(taken);
            }
            if (taken < offered) {
                interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
        }
        interest(SelectionKey.OP_READ);
        conversation.drained(this);
    }

    private void interest(int operations) {
        SelectionKey registered = key;
        if (registered != null && registered.isValid() && registered.interestOps() != operations) {
            registered.interestOps(operations);
        }
    }

    @Override
    public void end() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // closed as far as it can be
        }
    }

    @Override
    public void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }
}
