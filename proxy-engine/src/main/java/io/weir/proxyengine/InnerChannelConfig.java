package io.weir.proxyengine;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannelConfig;

/**
 * The settings of a channel that is no socket but passes for one: it keeps what {@link InnerChannel} heeds, that is linger, auto-read and the water
 * mark, and forgets what only a socket has. Event loop of its channel.
 */
final class InnerChannelConfig extends DefaultChannelConfig implements SocketChannelConfig {
    private static final int NOT_SET = -1;

    private int linger = NOT_SET;

    InnerChannelConfig(Channel channel) {
        super(channel);
        setAutoClose(false); // a write that fails has closed the socket already
        super.setWriteBufferWaterMark(ChannelTuning.waterMark());
    }

    @Override
    public int getSoLinger() {
        return linger;
    }

    @Override
    public SocketChannelConfig setSoLinger(int seconds) {
        linger = seconds;
        return this;
    }

    @Override
    public boolean isTcpNoDelay() {
        return true;
    }

    @Override
    public int getSendBufferSize() {
        return 0;
    }

    @Override
    public int getReceiveBufferSize() {
        return 0;
    }

    @Override
    public boolean isKeepAlive() {
        return true;
    }

    @Override
    public int getTrafficClass() {
        return 0;
    }

    @Override
    public boolean isReuseAddress() {
        return true;
    }

    @Override
    public boolean isAllowHalfClosure() {
        return true;
    }

    @Override
    public SocketChannelConfig setTcpNoDelay(boolean unused) {
        return this;
    }

    @Override
    public SocketChannelConfig setSendBufferSize(int unused) {
        return this;
    }

    @Override
    public SocketChannelConfig setReceiveBufferSize(int unused) {
        return this;
    }

    @Override
    public SocketChannelConfig setKeepAlive(boolean unused) {
        return this;
    }

    @Override
    public SocketChannelConfig setTrafficClass(int unused) {
        return this;
    }

    @Override
    public SocketChannelConfig setReuseAddress(boolean unused) {
        return this;
    }

    @Override
    public SocketChannelConfig setAllowHalfClosure(boolean unused) {
        return this;
    }

    @Override
    public SocketChannelConfig setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        return this;
    }

    @Override
    public SocketChannelConfig setConnectTimeoutMillis(int value) {
        super.setConnectTimeoutMillis(value);
        return this;
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public SocketChannelConfig setMaxMessagesPerRead(int value) {
        super.setMaxMessagesPerRead(value);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteSpinCount(int value) {
        super.setWriteSpinCount(value);
        return this;
    }

    @Override
    public SocketChannelConfig setAllocator(ByteBufAllocator value) {
        super.setAllocator(value);
        return this;
    }

    @Override
    public SocketChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator value) {
        super.setRecvByteBufAllocator(value);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoRead(boolean value) {
        super.setAutoRead(value);
        return this;
    }

    @Override
    public SocketChannelConfig setAutoClose(boolean value) {
        super.setAutoClose(value);
        return this;
    }

    @Override
    public SocketChannelConfig setMessageSizeEstimator(MessageSizeEstimator value) {
        super.setMessageSizeEstimator(value);
        return this;
    }

    @Override
    public SocketChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark value) {
        super.setWriteBufferWaterMark(value);
        return this;
    }
}
