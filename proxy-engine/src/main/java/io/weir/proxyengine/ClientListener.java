package io.weir.proxyengine;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.NativeInetAddress;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's listening socket: accepts clients as {@link NewClient}s, while {@link AcceptLimit} has room for them. That loop only.
 *
 * <p>The kernel deals connections out to the loops by chance. A loop that has got many more than another gives those that come to that one, so
 * that few heavy clients do not share one thread while another idles.
 */
final class ClientListener implements EpollIoHandle {
    private static final Logger log = LoggerFactory.getLogger(ClientListener.class);
    private static final int ACCEPTS_PER_WAKEUP = 16;
    private static final long PAUSE_MILLIS = 250;

    /** A length, 16 bytes of address, 4 of scope and 4 of port. */
    private static final int ADDRESS_BYTES = 25;

    private final LinuxSocket socket;
    private final EngineLoop loop;
    private final List<EngineLoop> loops;
    private final AcceptLimit limit;
    private ListenerConfig config;
    private final Runnable resume = this::resume;
    private final byte[] peer = new byte[ADDRESS_BYTES];
    private @Nullable IoRegistration registration;

    ClientListener(
            LinuxSocket socket, EngineLoop loop, List<EngineLoop> loops, AcceptLimit limit, ListenerConfig config) {
        this.socket = socket;
        this.loop = loop;
        this.loops = List.copyOf(loops);
        this.limit = limit;
        this.config = config;
    }

    EngineLoop loop() {
        return loop;
    }

    /** If that fails the socket is closed, so that the kernel gives its clients to the others on the same address. */
    void open() {
        try {
            registration = ((IoEventLoop) loop.eventLoop())
                    .register(this)
                    .syncUninterruptibly()
                    .getNow();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        listen(true);
    }

    /** Whom it accepts from now on has come through another listener. */
    void become(ListenerConfig other) {
        config = other;
    }

    private void listen(boolean on) {
        if (registration != null && socket.isOpen()) {
            registration.submit(on ? EpollIoOps.EPOLLIN : EpollIoOps.NONE);
        }
    }

    @Override
    public void handle(IoRegistration unused, IoEvent event) {
        try {
            for (int i = 0; i < ACCEPTS_PER_WAKEUP; i++) {
                int client = accept();
                if (client < 0) {
                    return;
                }
                give(client);
                if (loop.shortage().isLastFile(client)) {
                    pause("there are hardly any files left");
                    return;
                }
            }
        } catch (RuntimeException | Error e) { // would hold up the whole loop for a second
            log.error("a client could not be accepted", e);
            pause("an error");
        }
    }

    private void pause(@Nullable String why) {
        log.warn("clients are not accepted for a moment: {}", why);
        listen(false);
        loop.eventLoop().schedule(resume, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A client's descriptor; -1 if none is there or none is let in. */
    private int accept() {
        if (!limit.enter(this, resume)) {
            listen(false);
            return -1;
        }
        int client = -1;
        try {
            client = socket.accept(peer);
        } catch (IOException e) {
            loop.shortage().heed(e);
            pause(e.getMessage());
        }
        if (client < 0) {
            limit.leave();
        }
        return client;
    }

    /** Any thread. */
    private void resume() {
        try {
            loop.eventLoop().execute(() -> listen(true));
        } catch (RejectedExecutionException stopped) {
            log.debug("the engine has stopped");
        }
    }

    private void give(int client) {
        Caller caller = caller();
        EngineLoop taker = taker();
        if (taker.equals(loop)) {
            NewClient.begin(loop, client, caller);
        } else {
            taker.eventLoop().execute(() -> NewClient.begin(taker, client, caller));
        }
    }

    /** The client that was accepted last. */
    private Caller caller() {
        return Caller.of(config, NativeInetAddress.address(peer, 1, peer[0]));
    }

    private EngineLoop taker() {
        EngineLoop least = loop;
        for (EngineLoop other : loops) {
            if (other.clients().count() < least.clients().count()) {
                least = other;
            }
        }
        return loop.clients().count()
                        > least.clients().count() + 2 + least.clients().count() / 4
                ? least
                : loop;
    }

    /** Takes in those whom the kernel has connected already, with what they have said, and nobody after them. */
    void stop() {
        int client;
        for (int i = 0; i <= Door.BACKLOG && (client = accept()) >= 0; i++) { // more can't have waited
            NewClient.begin(loop, client, caller()).read();
        }
        close();
        if (registration != null) {
            registration.cancel();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("closing a listener failed", e);
        }
    }

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void registered() {}

    @Override
    public void unregistered() {}
}
