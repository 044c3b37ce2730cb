package io.weir.proxyengine;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.Native;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.NotYetConnectedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connected socket on an event loop's epoll without a Netty channel: no pipeline, no buffers, no promises. Event loop only.
 *
 * <p>Interest is level-triggered. A socket with no interest is told of its errors all the same, once ({@link EpollGuard}).
 */
final class RawSocket implements EpollIoHandle {
    private static final Logger log = LoggerFactory.getLogger(RawSocket.class);
    private static final int NO_OFFSET = -1;
    private static final int OUT = EpollIoOps.EPOLLOUT.value();
    private static final int ERR = EpollIoOps.EPOLLERR.value();
    private static final EpollIoOps[] INTERESTS = {
        EpollIoOps.NONE, EpollIoOps.EPOLLIN, EpollIoOps.EPOLLOUT, EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT)
    };

    /** Hears what happens to a socket. */
    interface Listener {
        /**
         * The socket is ready.
         *
         * @param readable whether there are bytes, an end or an error to read
         * @param writable whether it takes bytes
         * @param broken whether there is an error, or may be: {@link #isBroken} knows
         */
        void ready(RawSocket socket, boolean readable, boolean writable, boolean broken);
    }

    private static final Listener NOBODY = (socket, readable, writable, broken) -> {};

    /** Before the first interest is stated, none is. */
    private static final int UNSTATED = -1;

    private final Socket socket;
    private Listener listener;
    private @Nullable IoRegistration registration;
    private int interest = UNSTATED;
    private boolean closed;

    private RawSocket(Socket socket, Listener listener) {
        this.socket = socket;
        this.listener = listener;
    }

    /** Owns an accepted connection's descriptor from now on. */
    static RawSocket accepted(int descriptor, Listener listener) {
        return new RawSocket(new Socket(descriptor), listener);
    }

    /**
     * Opens a socket on a loop, to connect to {@code address} with; {@link #tell} says who hears of it.
     *
     * @throws IOException if there is no file for it, or it cannot be set up; then nothing stays open
     */
    static RawSocket open(InetAddress address, EventLoop loop) throws IOException {
        RawSocket raw;
        try {
            raw = new RawSocket(LinuxSocket.newSocketStream(address instanceof Inet6Address), NOBODY);
        } catch (ChannelException e) {
            throw new IOException(e);
        }
        try {
            raw.socket.setTcpNoDelay(true);
            raw.socket.setKeepAlive(true);
            raw.register(loop);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
        return raw;
    }

    /** Whether {@link #takeOver} would succeed: an epoll channel that has written all it was given. */
    static boolean canTakeOver(SocketChannel channel) {
        ChannelOutboundBuffer unwritten = channel.unsafe().outboundBuffer();
        return channel.isActive() && unwritten != null && unwritten.isEmpty() && EpollGuard.guards(channel);
    }

    /**
     * Takes a channel's socket, with its registration; {@link #tell} says who hears of it. The channel is dead from then on, though it does not know: whoever holds it lets go of it,
     * without closing it. Its auto-read must be off.
     */
    static RawSocket takeOver(SocketChannel channel) {
        var raw = new RawSocket((Socket) ((EpollIoHandle) channel.unsafe()).fd(), NOBODY);
        raw.registration = EpollGuard.takeOver(channel, raw);
        return raw;
    }

    /** Enters the loop's epoll, from the first {@link #interest} on. On that loop. */
    void register(EventLoop loop) throws IOException {
        Future<IoRegistration> registering = ((IoEventLoop) loop).register(this);
        if (!registering.isSuccess()) {
            throw new IOException("a socket could not be registered", registering.cause());
        }
        registration = registering.getNow();
    }

    /** Gives what happens from now on to another. */
    void tell(Listener next) {
        listener = next;
    }

    /**
     * Begins to connect.
     *
     * @return whether it is connected already; else it gets writable when it is, or has failed
     */
    boolean connect(InetSocketAddress destination) throws IOException {
        return socket.connect(destination);
    }

    /**
     * Asks how connecting went.
     *
     * @return whether it is connected
     * @throws IOException that it failed
     */
    boolean finishConnect() throws IOException {
        return socket.finishConnect();
    }

    /** The number by which the system knows it. */
    int descriptor() {
        return socket.intValue();
    }

    /** Leaves the loop and gives up the descriptor, which stays open and is the caller's. */
    int release() {
        closed = true;
        if (registration != null) {
            registration.cancel();
        }
        return socket.intValue();
    }

    /**
     * Reads into memory.
     *
     * @return how many bytes; 0 if there are none now, -1 at the end
     * @throws IOException when the connection is broken
     */
    int receive(long address, int limit) throws IOException {
        try {
            return socket.recvAddress(address, 0, limit);
        } catch (NotYetConnectedException e) {
            throw gone(e);
        }
    }

    /**
     * Writes from memory.
     *
     * @return how many bytes the kernel took
     * @throws IOException when the connection is broken
     */
    int send(long address, int from, int to) throws IOException {
        try {
            return socket.sendAddress(address, from, to);
        } catch (NotYetConnectedException e) {
            throw gone(e);
        }
    }

    /**
     * Reads into a pipe.
     *
     * @return how many bytes; 0 if there are none now, or the pipe is full, or the socket has ended
     * @throws IOException when the connection is broken
     */
    int spliceTo(FileDescriptor pipe, int limit) throws IOException {
        try {
            return Native.splice(socket.intValue(), NO_OFFSET, pipe.intValue(), NO_OFFSET, limit);
        } catch (NotYetConnectedException e) {
            throw gone(e);
        }
    }

    /**
     * Writes from a pipe.
     *
     * @return how many bytes the kernel took
     * @throws IOException when the connection is broken
     */
    int spliceFrom(FileDescriptor pipe, int limit) throws IOException {
        try {
            return Native.splice(pipe.intValue(), NO_OFFSET, socket.intValue(), NO_OFFSET, limit);
        } catch (NotYetConnectedException e) {
            throw gone(e);
        }
    }

    /**
     * Sends FIN after what was written.
     *
     * @throws IOException when the connection is broken
     */
    void shutdownOutput() throws IOException {
        try {
            socket.shutdown(false, true);
        } catch (NotYetConnectedException e) {
            throw gone(e);
        }
    }

    /** Linux says so of a connection, too, whose reset was told before. */
    private static IOException gone(NotYetConnectedException e) {
        return new IOException("the connection was reset", e);
    }

    /** Sets what to be told of; costs a system call only when it changes. Errors are told from the first time on, also without interest. */
    void interest(boolean read, boolean write) {
        int wanted = (read ? 1 : 0) | (write ? 2 : 0);
        if (wanted != interest && registration != null && !closed) {
            interest = wanted;
            registration.submit(INTERESTS[wanted]);
        }
    }

    /** Whether the connection has failed. What epoll says may be meant for an earlier owner of the descriptor. */
    boolean isBroken() {
        try {
            return socket.getSoError() != 0;
        } catch (IOException gone) {
            return true;
        }
    }

    /** Makes {@link #close} send RST: what was not delivered will not be, and the peer learns it. */
    void resetWhenClosed() {
        try {
            socket.setSoLinger(0);
        } catch (IOException gone) {
            log.debug("no linger for a socket that has gone", gone);
        }
    }

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration unused, IoEvent event) {
        int ready = ((EpollIoEvent) event).ops().value();
        if (!closed) {
            boolean broken = (ready & ERR) != 0;
            listener.ready(this, (ready & ~OUT) != 0, (ready & OUT) != 0, broken);
        }
    }

    @Override
    public void registered() {}

    @Override
    public void unregistered() {}

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            socket.close(); // takes itself out of epoll
        } catch (IOException e) {
            log.debug("closing a socket failed", e);
        }
        if (registration != null) {
            registration.cancel();
        }
    }
}
