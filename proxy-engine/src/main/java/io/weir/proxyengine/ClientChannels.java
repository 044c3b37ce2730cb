package io.weir.proxyengine;

import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollSocketChannelConfig;
import io.netty.channel.socket.SocketChannel;

/** Makes Netty channels of clients' raw sockets. Stateless. */
final class ClientChannels {
    private ClientChannels() {}

    /**
     * Makes a channel of a socket, which is not to be used any more. Its event loop only, on which it is registered, without handlers.
     *
     * @return the channel; if the client has reset the connection it is not active and tells nobody
     */
    static SocketChannel adopt(EngineLoop loop, RawSocket socket) {
        var channel = new EpollSocketChannel(socket.release());
        EpollSocketChannelConfig config = channel.config();
        config.setAllowHalfClosure(true);
        config.setRecvByteBufAllocator(loop.reads());
        config.setWriteBufferWaterMark(ChannelTuning.waterMark());
        channel.closeFuture().addListener(closed -> loop.clients().left());
        loop.eventLoop().register(channel);
        return channel;
    }
}
