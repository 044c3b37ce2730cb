package io.weir.benchmarks.load;

import java.io.IOException;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The sockets of a run, so that its end can close them all, and what went wrong first. Any thread. */
final class Connections implements AutoCloseable {
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean isClosed;

    /** Takes note of a socket, until it is closed by whoever opened it. */
    Socket own(Socket socket) throws IOException {
        open.removeIf(Socket::isClosed);
        open.add(socket);
        if (isClosed) {
            socket.close();
        }
        return socket;
    }

    void failed(Throwable cause) {
        if (!isClosed) {
            failure.compareAndSet(null, cause);
        }
    }

    @Nullable Throwable failure() {
        return failure.get();
    }

    @Override
    public void close() throws IOException {
        closeAll();
    }

    /** Closes every socket, now and from now on, which ends whoever waits for one. */
    void closeAll() throws IOException {
        isClosed = true;
        for (Socket socket : open) {
            socket.close();
        }
    }
}
