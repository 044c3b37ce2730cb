package io.weir.proxyengine;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/** An address at which clients connect. One call at a time, by any thread; no call waits, what it returns is complete when all of it is done. */
interface Door {
    int BACKLOG = 4096;

    /** The actual address and port. */
    InetSocketAddress address();

    /** Lets clients in; until then they wait in the kernel. Once. */
    CompletableFuture<Void> open(List<EngineLoop> loops);

    /** Those who are let in from now on come through another listener on the same address. */
    CompletableFuture<Void> become(ListenerConfig other);

    /** Lets nobody in any more, once those who have connected are in. */
    CompletableFuture<Void> close();

    /** Runs a task on a loop, unless that is lost. */
    static CompletableFuture<Void> on(EngineLoop loop, Runnable task) {
        try {
            return loop.eventLoop().isTerminated()
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.runAsync(task, loop.eventLoop());
        } catch (RejectedExecutionException stopped) {
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Complete when all are. */
    static CompletableFuture<Void> all(List<CompletableFuture<Void>> parts) {
        return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]));
    }

    /** Somebody else has the address, or nobody may. */
    static EngineException cannotListen(InetSocketAddress address, Throwable cause) {
        return new EngineException(
                "cannot listen on " + NetUtil.toSocketAddressString(address) + ": " + cause.getMessage()
                        + "; choose another address with --listen",
                cause);
    }
}
