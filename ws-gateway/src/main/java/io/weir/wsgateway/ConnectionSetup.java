package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sets up what a new connection passes through until it is answered or upgraded. Event loop of the gateway. */
final class ConnectionSetup extends ChannelInitializer<Channel> {
    private static final int MAX_LINE_BYTES = 8 << 10;
    private static final int MAX_HEADER_BYTES = 16 << 10;

    private final Doorkeeper doorkeeper;
    private final Routes routes;
    private final GatewayLimits limits;
    private volatile @Nullable GatewayTls tls;
    private int connections;

    /** @param tls null to be reached without */
    ConnectionSetup(Doorkeeper doorkeeper, Routes routes, GatewayLimits limits, @Nullable GatewayTls tls) {
        this.doorkeeper = doorkeeper;
        this.routes = routes;
        this.limits = limits;
        this.tls = tls;
    }

    /** Shows another certificate from now on. Any thread. */
    void renew(GatewayTls other) {
        tls = other;
    }

    @Override
    public boolean isSharable() {
        return true; // every connection is on the one loop of the gateway
    }

    @Override
    protected void initChannel(Channel channel) {
        if (connections >= limits.maxConnections()) {
            Farewell.cut(channel);
            return;
        }
        connections++;
        channel.closeFuture().addListener(closed -> connections--);
        channel.config()
                .setWriteBufferWaterMark(
                        new WriteBufferWaterMark(limits.maxPendingBytes() / 2, limits.maxPendingBytes()));
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new HeadDeadline(limits.headDeadline()));
        GatewayTls shown = tls;
        if (shown != null) {
            pipeline.addLast(new TlsDoor(shown.context()));
        }
        pipeline.addLast(new IdleStateHandler(0, 0, limits.idleTimeout().toMillis(), TimeUnit.MILLISECONDS));
        pipeline.addLast(new HttpServerCodec(
                new HttpDecoderConfig().setMaxInitialLineLength(MAX_LINE_BYTES).setMaxHeaderSize(MAX_HEADER_BYTES)));
        pipeline.addLast(new RequestGuard(doorkeeper, routes));
    }
}
