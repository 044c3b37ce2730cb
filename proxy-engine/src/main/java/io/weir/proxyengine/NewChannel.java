package io.weir.proxyengine;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.CloseReason;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client that has connected and of which it is not known yet what it speaks, where there are no raw sockets: what {@link NewClient} is elsewhere.
 * Event loop of its channel.
 */
final class NewChannel extends ChannelInboundHandlerAdapter implements Waiting {
    private static final Logger log = LoggerFactory.getLogger(NewChannel.class);

    private final EngineLoop loop;
    private final SocketChannel client;
    private final FirstWords words;
    private final long sinceNanos;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private int headerBytes;
    private boolean inputEnded;
    private boolean left;
    private int sweepPosition = -1;

    private NewChannel(EngineLoop loop, SocketChannel client, Caller caller) {
        this.loop = loop;
        this.client = client;
        words = new FirstWords(caller);
        sinceNanos = loop.sweep().nowNanos();
    }

    static void begin(EngineLoop loop, SocketChannel client, Caller caller) {
        if (!FirstWords.mayConnect(caller)) {
            loop.ledger().record(NewClient.notTrusted(caller));
            client.close();
            return;
        }
        var channel = new NewChannel(loop, client, caller);
        client.pipeline().addLast(channel);
        loop.sweep().add(channel);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (left || !(msg instanceof ByteBuf said)) {
            ctx.fireChannelRead(msg);
            return;
        }
        held = MERGE_CUMULATOR.cumulate(ctx.alloc(), held, said);
        byte[] bytes = ByteBufUtil.getBytes(held);
        FirstWords.Next next = words.next(bytes, bytes.length);
        int taken = words.takeHeaderBytes();
        headerBytes += taken;
        held.skipBytes(taken);
        switch (next) {
            case MORE -> {}
            case HTTP -> {
                leave();
                new ClientHandler(loop, client, words.caller()).begin(sinceNanos, headerBytes);
                passOn(ctx);
            }
            case SOCKS -> {
                leave();
                new SocksHandler(loop, client, words.caller(), SocksHandshake.with(loop, words.caller()))
                        .begin(sinceNanos, headerBytes);
                passOn(ctx);
            }
            case TLS -> {
                leave();
                ByteBuf hello = held;
                held = Unpooled.EMPTY_BUFFER;
                client.pipeline().remove(this);
                SecureClient.begin(loop, client, words.caller(), sinceNanos, headerBytes, hello);
            }
            case REFUSED -> end(CloseReason.BAD_REQUEST);
        }
    }

    private void passOn(ChannelHandlerContext ctx) {
        ByteBuf said = held;
        held = Unpooled.EMPTY_BUFFER;
        client.pipeline().remove(this);
        ctx.fireChannelRead(said);
        ctx.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            end(CloseReason.CLIENT_ABORTED);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(inputEnded ? CloseReason.CLIENT_ABORTED : CloseReason.CLIENT_RESET);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("client connection failed remote={}", words.caller().remote(), cause);
        }
        end(cause instanceof IOException ? CloseReason.CLIENT_RESET : CloseReason.INTERNAL_ERROR);
    }

    private void end(CloseReason reason) {
        if (!left) {
            leave();
            loop.admission().countUnserved(words.caller(), headerBytes, held.readableBytes(), 0, reason);
            held.release();
            held = Unpooled.EMPTY_BUFFER;
            client.close();
        }
    }

    private void leave() {
        left = true;
        loop.sweep().remove(this);
    }

    @Override
    public void drain() {
        close();
    }

    @Override
    public void close() {
        end(CloseReason.NODE_STOPPED);
    }

    @Override
    public void sweep(long nowNanos) {
        if (nowNanos - sinceNanos > loop.config().timeouts().head().toNanos()) {
            end(CloseReason.HEAD_TIMEOUT);
        }
    }

    @Override
    public int sweepPosition() {
        return sweepPosition;
    }

    @Override
    public void sweepPosition(int position) {
        sweepPosition = position;
    }
}
