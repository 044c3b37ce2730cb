package io.weir.wsgateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what one dashboard asks for. Last in its pipeline; event loop of its channel. */
final class ClientHandler extends SimpleChannelInboundHandler<WebSocketFrame> {
    private static final Logger LOG = LoggerFactory.getLogger(ClientHandler.class);

    private static final int MAX_CLOSE_CODE = 4999;

    private final Client client;
    private final Subscriptions subscriptions;
    private final CommandReader commands;
    private final SessionControl sessions;
    private final String who;

    ClientHandler(Client client, Subscriptions subscriptions, CommandReader commands, SessionControl sessions) {
        this.client = client;
        this.subscriptions = subscriptions;
        this.commands = commands;
        this.sessions = sessions;
        this.who = Addresses.client(client.channel());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
        if (frame instanceof TextWebSocketFrame text) {
            carryOut(commands.read(text.text()));
        } else if (frame instanceof CloseWebSocketFrame close) {
            answer(ctx, close);
        } else {
            client.sendError("only text messages are read");
        }
    }

    /** The decoder has refused the other codes that nobody may send. */
    private static void answer(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
        if (close.statusCode() > MAX_CLOSE_CODE) {
            Farewell.say(
                    ctx.channel(),
                    WebSocketCloseStatus.PROTOCOL_ERROR,
                    WebSocketCloseStatus.PROTOCOL_ERROR.reasonText());
        } else {
            Farewell.echo(ctx.channel(), close.retain());
        }
    }

    private void carryOut(ClientCommand command) {
        if (command instanceof ClientCommand.Subscribe subscribe) {
            client.subscribe(subscribe);
            subscriptions.subscribed(client);
        } else if (command instanceof ClientCommand.Malformed malformed) {
            client.sendError(malformed.why());
        } else if (!sessions.refusal().isEmpty()) {
            client.sendError(sessions.refusal());
        } else if (command instanceof ClientCommand.CloseConnection close) {
            LOG.info("command=closeConnection session={} by=\"{}\" why=\"{}\"", close.id(), who, close.why());
            sessions.close(close.id(), who, close.why());
        } else if (command instanceof ClientCommand.CloseAllConnections all) {
            LOG.info("command=closeAllConnections by=\"{}\" why=\"{}\"", who, all.why());
            sessions.closeAll(who, all.why());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        client.tellMissedLines();
        subscriptions.roomChanged(client);
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        subscriptions.left(client);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            Farewell.say(
                    ctx.channel(),
                    corrupted.closeStatus(),
                    corrupted.closeStatus().reasonText());
        } else if (cause instanceof TooLongFrameException) {
            Farewell.say(ctx.channel(), WebSocketCloseStatus.MESSAGE_TOO_BIG, "message is too long");
        } else if (cause instanceof IOException) {
            LOG.debug("lost {}: {}", who, cause.getMessage());
            Farewell.cut(ctx.channel());
        } else {
            LOG.warn("closing {}", who, cause);
            Farewell.say(ctx.channel(), WebSocketCloseStatus.INTERNAL_SERVER_ERROR, "internal error");
        }
    }
}
