package io.weir.proxyengine;

import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.List;

/** An address at which clients connect. The thread that starts and stops the engine calls it; each call may block. */
interface Door {
    int BACKLOG = 4096;

    /** What it was told. */
    ListenerConfig config();

    /** The actual address and port. */
    InetSocketAddress address();

    /** Lets clients in; until then they wait in the kernel. */
    void open(List<EngineLoop> loops);

    /** Lets nobody in any more. */
    void close();

    /** Somebody else has the address, or nobody may. */
    static EngineException cannotListen(InetSocketAddress address, Throwable cause) {
        return new EngineException(
                "cannot listen on " + NetUtil.toSocketAddressString(address) + ": " + cause.getMessage()
                        + "; choose another address with --listen",
                cause);
    }
}
