package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;

/**
 * Netty's epoll handler with four behaviours put right, of half-closed and paused sockets and of those that reuse a descriptor. Event loop only.
 *
 * <ol>
 *   <li>Netty 4.2.13 and later delete a descriptor from epoll when its interest set becomes empty and still take it for
 *       registered, so the next interest fails with {@code ENOENT} and the connection with it. Here the set is never
 *       empty: the edge-trigger bit alone stays, which reports nothing but errors, and those once.
 *   <li>Interest in {@code EPOLLRDHUP} makes Netty read all that the kernel holds as soon as the peer has sent FIN, paused or
 *       not: up to the whole receive buffer lands in user space. Without that interest FIN is found where it belongs, at the
 *       end of the data, and only when somebody reads.
 *   <li>A reset that arrives while nobody reads is told to the pipeline at once as an exception. Netty would notice it at the next
 *       read or write, which for a half-closed tunnel may be never.
 *   <li>Events come in batches. When a socket is closed in the middle of one and another gets its descriptor, Netty gives it
 *       the event of the old one, which a socket that is connecting would take for its success. Here a socket hears nothing in the batch in
 *       which it was registered.
 * </ol>
 */
final class EpollGuard implements IoHandler {
    private static final int IN = EpollIoOps.EPOLLIN.value();
    private static final int OUT = EpollIoOps.EPOLLOUT.value();
    private static final int ERR = EpollIoOps.EPOLLERR.value();
    private static final int RDHUP = EpollIoOps.EPOLLRDHUP.value();
    private static final EpollIoOps ERRORS_ONLY = EpollIoOps.EPOLLET;
    private static final AttributeKey<GuardedHandle> GUARD = AttributeKey.valueOf(EpollGuard.class, "guard");

    private final IoHandler delegate;
    private long runs;

    private EpollGuard(IoHandler delegate) {
        this.delegate = delegate;
    }

    static IoHandlerFactory newFactory() {
        IoHandlerFactory factory = EpollIoHandler.newFactory();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor executor) {
                return new EpollGuard(factory.newHandler(executor));
            }

            @Override
            public boolean isChangingThreadSupported() {
                return factory.isChangingThreadSupported();
            }
        };
    }

    @Override
    public void initialize() {
        delegate.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        runs++;
        return delegate.run(context);
    }

    @Override
    public void prepareToDestroy() {
        delegate.prepareToDestroy();
    }

    @Override
    public void destroy() {
        delegate.destroy();
    }

    @Override
    public void wakeup() {
        delegate.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return delegate.isCompatible(handleType);
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        if (!(handle instanceof EpollIoHandle epollHandle)) {
            return delegate.register(handle);
        }
        var guarded = new GuardedHandle(epollHandle);
        var registration = new GuardedRegistration(delegate.register(guarded));
        guarded.registration = registration;
        if (handle instanceof Channel.Unsafe unsafe) {
            unsafe.voidPromise().channel().attr(GUARD).set(guarded);
        }
        return registration;
    }

    /** Whether a channel can be taken over. */
    static boolean guards(Channel channel) {
        return channel.hasAttr(GUARD);
    }

    /**
     * Gives a channel's place in epoll to another handle of the same socket, without a system call. The channel's own
     * registration has no effect from then on.
     */
    static IoRegistration takeOver(Channel channel, EpollIoHandle successor) {
        GuardedHandle guarded = channel.attr(GUARD).getAndSet(null);
        if (guarded == null) {
            throw new IllegalStateException("not a channel of ours: " + channel);
        }
        return guarded.passTo(successor);
    }

    /** Sees every event before Netty does. */
    @SuppressWarnings("try") // that close() may throw anything is Netty's choice
    private final class GuardedHandle implements EpollIoHandle {
        private final long registeredInRun = runs;
        private EpollIoHandle handle;
        private GuardedRegistration registration;

        @SuppressWarnings("NullAway.Init") // each needs the other; the registration follows before any event
        GuardedHandle(EpollIoHandle handle) {
            this.handle = handle;
        }

        IoRegistration passTo(EpollIoHandle successor) {
            handle = successor;
            registration = registration.pass();
            return registration;
        }

        @Override
        public FileDescriptor fd() {
            return handle.fd();
        }

        @Override
        public void handle(IoRegistration unguarded, IoEvent event) {
            if (registeredInRun == runs) {
                return; // the kernel meant an earlier owner of the descriptor
            }
            int ready = ((EpollIoEvent) event).ops().value();
            if ((ready & ERR) != 0 && (registration.interest & IN) == 0 && handle instanceof Channel.Unsafe unsafe) {
                Channel channel = unsafe.voidPromise().channel();
                if (channel.isActive()
                        && isBroken()) { // one that isn't active is a connect that failed, which Netty reports
                    channel.pipeline().fireExceptionCaught(new IOException("Connection reset while nothing was read"));
                    return;
                }
            }
            handle.handle(registration, event);
        }

        /** The event may be meant for an earlier owner of the descriptor. */
        private boolean isBroken() {
            try {
                return ((Socket) handle.fd()).getSoError() != 0;
            } catch (IOException gone) {
                return true;
            }
        }

        @Override
        public void registered() {
            handle.registered();
        }

        @Override
        public void unregistered() {
            handle.unregistered();
        }

        @Override
        public void close() throws Exception {
            handle.close();
        }
    }

    /** Translates the interest that Netty asks for. */
    private static final class GuardedRegistration implements IoRegistration {
        private final IoRegistration registration;
        private int interest;
        private boolean passedOn;

        GuardedRegistration(IoRegistration registration) {
            this.registration = registration;
        }

        GuardedRegistration pass() {
            passedOn = true;
            return new GuardedRegistration(registration);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
        public <T> T attachment() {
            return registration.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            if (passedOn) {
                return -1;
            }
            if (!(ops instanceof EpollIoOps epollOps)) {
                return registration.submit(ops);
            }
            interest = epollOps.value() & ~RDHUP;
            if ((interest & (IN | OUT)) == 0) {
                return registration.submit(ERRORS_ONLY);
            }
            return registration.submit(interest == epollOps.value() ? ops : EpollIoOps.valueOf(interest));
        }

        @Override
        public boolean isValid() {
            return !passedOn && registration.isValid();
        }

        @Override
        public boolean cancel() {
            return !passedOn && registration.cancel();
        }
    }
}
