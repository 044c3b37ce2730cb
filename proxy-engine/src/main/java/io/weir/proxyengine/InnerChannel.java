package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What is said inside TLS with a client, or with an upstream, as a channel of its own, so that whoever serves clients or talks to origins need not know of TLS. What is written to it is kept until the
 * socket beneath has taken the records that hold it: then it counts, as it does on a socket. Reads as much as it is asked to, by the socket's reads. Event
 * loop of the socket.
 *
 * <p>There is no half-close: BoringSSL takes nothing more once the client has said goodbye.
 */
final class InnerChannel extends SocketlessChannel {
    private final SocketChannel outer;
    private final SslHandler tls;
    private final Runnable farewell;
    private int passed;
    private long taken;

    /**
     * Makes one.
     *
     * @param remote whose it is
     * @param farewell closes the socket in order
     */
    InnerChannel(SocketChannel outer, SslHandler tls, InetSocketAddress remote, Runnable farewell) {
        super(outer, remote);
        this.outer = outer;
        this.tls = tls;
        this.farewell = farewell;
    }

    /** How much of what was written the socket has taken, in its records. */
    long taken() {
        return taken;
    }

    /** Whether all that was passed on to the socket was taken, so that {@link #taken} is about whole records. */
    boolean isQuiet() {
        return passed == 0;
    }

    /** The socket is closed. */
    void outerClosed() {
        unsafe().close(voidPromise());
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        List<ByteBuf> fresh = new ArrayList<>();
        var each = new ChannelOutboundBuffer.MessageProcessor() {
            private int index;

            @Override
            public boolean processMessage(Object message) {
                if (index++ >= passed) {
                    fresh.add((ByteBuf) message);
                }
                return true;
            }
        };
        in.forEachFlushedMessage(each);
        passed += fresh.size();
        for (ByteBuf bytes : fresh) {
            if (bytes.isReadable()) {
                int size = bytes.readableBytes();
                outer.write(bytes.retainedDuplicate()).addListener(written -> written(written, size));
            }
        }
        removeEmpty();
        outer.flush();
    }

    private void written(Future<?> write, int size) {
        ChannelOutboundBuffer out = unsafe().outboundBuffer();
        if (out == null || passed == 0) {
            return; // it was closed meanwhile, so whoever wrote it was told that it failed
        }
        if (write.isSuccess()) {
            taken += size;
        }
        passed--;
        Throwable cause = write.cause();
        if (cause == null) {
            out.remove();
            removeEmpty();
        } else {
            out.remove(cause);
            outer.unsafe().close(outer.voidPromise());
        }
    }

    /** What has no bytes is written as soon as all before it is. */
    private void removeEmpty() {
        ChannelOutboundBuffer out = unsafe().outboundBuffer();
        while (out != null && passed > 0 && out.current() instanceof ByteBuf bytes && !bytes.isReadable()) {
            passed--;
            out.remove();
            out = unsafe().outboundBuffer();
        }
    }

    @Override
    protected void doBeginRead() {
        outer.read();
    }

    @Override
    protected void doShutdownOutput() {
        outputNowShutdown();
        tls.closeOutbound().addListener(said -> {
            if (outer.isActive()) {
                outer.shutdownOutput();
            }
        });
    }

    @Override
    protected void doClose() {
        nowClosed();
        if (!outer.isActive()) {
            return;
        }
        if (config().getSoLinger() == 0) {
            outer.config().setSoLinger(0);
            outer.unsafe().close(outer.voidPromise());
        } else {
            farewell.run();
        }
    }
}
