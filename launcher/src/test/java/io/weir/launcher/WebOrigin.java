package io.weir.launcher;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An HTTPS origin of the test's own, for HTTP/1.1 and HTTP/2, with a WebSocket at {@code /ws}.
 *
 * <pre>
 * POST /echo            the body again
 * GET  /bytes?n=N       N bytes
 * GET  /events          a stream of events, one each time that the test says so
 * GET  /page?n=N        a page with 4N resources, an event stream and a WebSocket, which tells /result what it got
 * *    /git/...         a git repository
 * GET  /never           nothing
 * </pre>
 */
final class WebOrigin implements AutoCloseable {
    private static final int BODY_MAX = 256 << 20;
    private static final int FRAME_MAX = 8 << 20;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ExecutorService blocking = Executors.newCachedThreadPool();
    private final CompletableFuture<String> result = new CompletableFuture<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final @Nullable Path repositories;
    private volatile @Nullable ChannelHandlerContext events;
    private Channel server;

    @SuppressWarnings("FutureReturnValueIgnored")
    private WebOrigin(OriginKeys keys, @Nullable Path repositories) throws Exception {
        this.repositories = repositories;
        SslContext tls = SslContextBuilder.forServer(keys.keys())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1))
                .build();
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(io.netty.channel.ChannelOption.SO_BACKLOG, 1024)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()), new Alpn());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
    }

    static WebOrigin start(OriginKeys keys) throws Exception {
        return new WebOrigin(keys, null);
    }

    static WebOrigin start(OriginKeys keys, Path repositories) throws Exception {
        return new WebOrigin(keys, repositories);
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    String url(String path) {
        return "https://localhost:" + port() + path;
    }

    int requests() {
        return requests.get();
    }

    /** What the page found. */
    CompletableFuture<String> result() {
        return result;
    }

    /** Sends an event to the one who listens. */
    void event(String text) {
        ChannelHandlerContext listener = events;
        if (listener != null) {
            listener.writeAndFlush(
                    new DefaultHttpContent(Unpooled.copiedBuffer("data: " + text + "\n\n", StandardCharsets.UTF_8)));
        }
    }

    boolean hasListener() {
        return events != null;
    }

    /** The bytes of {@code /bytes}. */
    static byte[] bytes(int n) {
        byte[] bytes = new byte[n];
        for (int i = 0; i < n; i++) {
            bytes[i] = (byte) (i * 7 + (i >> 8));
        }
        return bytes;
    }

    @Override
    public void close() {
        server.close();
        loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
        blocking.shutdownNow();
    }

    private final class Alpn extends ApplicationProtocolNegotiationHandler {
        Alpn() {
            super(ApplicationProtocolNames.HTTP_1_1);
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            ChannelPipeline pipeline = ctx.pipeline();
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                pipeline.addLast(
                        Http2FrameCodecBuilder.forServer().build(),
                        new Http2MultiplexHandler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel stream) {
                                stream.pipeline()
                                        .addLast(
                                                new Http2StreamFrameToHttpObjectCodec(true),
                                                new HttpObjectAggregator(BODY_MAX),
                                                new Answers());
                            }
                        }));
            } else {
                var webSocket = WebSocketServerProtocolConfig.newBuilder()
                        .websocketPath("/ws")
                        .maxFramePayloadLength(FRAME_MAX)
                        .build();
                pipeline.addLast(
                        new HttpServerCodec(),
                        new HttpObjectAggregator(BODY_MAX),
                        new WebSocketServerProtocolHandler(webSocket),
                        new Echo(),
                        new Answers());
            }
        }
    }

    private static final class Echo extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, WebSocketFrame frame) {
            if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
                ctx.writeAndFlush(frame.retain());
            } else {
                ctx.writeAndFlush(frame.replace(frame.content().retain()));
            }
        }
    }

    private final class Answers extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            requests.incrementAndGet();
            var query = new QueryStringDecoder(request.uri());
            String path = query.path();
            int n = query.parameters().containsKey("n")
                    ? Integer.parseInt(query.parameters().get("n").get(0))
                    : 0;
            switch (path) {
                case "/echo" ->
                    answer(ctx, "application/octet-stream", request.content().retain());
                case "/bytes" -> answer(ctx, "application/octet-stream", Unpooled.wrappedBuffer(bytes(n)));
                case "/events" -> listen(ctx);
                case "/page" -> answer(ctx, "text/html", text(page(n)));
                case "/img" -> answer(ctx, "image/svg+xml", text("<svg xmlns='http://www.w3.org/2000/svg'/>"));
                case "/js" -> answer(ctx, "text/javascript", text("ok();"));
                case "/css" -> answer(ctx, "text/css", text("b{color:red}"));
                case "/result" -> {
                    result.complete(request.content().toString(StandardCharsets.UTF_8));
                    answer(ctx, "text/plain", text("thanks"));
                }
                case "/never" -> {}
                default -> {
                    if (path.startsWith("/git/") && repositories != null) {
                        git(ctx, request, query);
                    } else {
                        answer(ctx, "text/plain", text("hello"));
                    }
                }
            }
        }

        private static ByteBuf text(String text) {
            return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        }

        private static void answer(ChannelHandlerContext ctx, String type, ByteBuf body) {
            var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, type)
                    .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
            ctx.writeAndFlush(response);
        }

        private void listen(ChannelHandlerContext ctx) {
            HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream");
            if (ctx.pipeline().get(HttpServerCodec.class) != null) {
                response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
            }
            ctx.writeAndFlush(response);
            events = ctx;
        }

        /** CGI, RFC 3875, for git's own server. */
        private void git(ChannelHandlerContext ctx, FullHttpRequest request, QueryStringDecoder query) {
            byte[] body = ByteBufUtil.getBytes(request.content());
            var builder = new ProcessBuilder("git", "http-backend");
            Map<String, String> environment = builder.environment();
            environment.put("GIT_PROJECT_ROOT", String.valueOf(repositories));
            environment.put("GIT_HTTP_EXPORT_ALL", "1");
            environment.put("PATH_INFO", query.path().substring("/git".length()));
            environment.put("QUERY_STRING", query.rawQuery());
            environment.put("REQUEST_METHOD", request.method().name());
            environment.put("CONTENT_TYPE", request.headers().get("content-type", ""));
            environment.put("CONTENT_LENGTH", String.valueOf(body.length));
            environment.put("HTTP_CONTENT_ENCODING", request.headers().get("content-encoding", ""));
            environment.put("GIT_PROTOCOL", request.headers().get("git-protocol", ""));
            environment.put("REMOTE_USER", "tester");
            blocking.execute(() -> {
                try {
                    Process git = builder.start();
                    blocking.execute(() -> {
                        try (var in = git.getOutputStream()) {
                            in.write(body);
                        } catch (java.io.IOException e) {
                            // it has enough
                        }
                    });
                    byte[] said = git.getInputStream().readAllBytes();
                    String latin = new String(said, StandardCharsets.ISO_8859_1);
                    int end = latin.indexOf("\r\n\r\n");
                    String head = latin.substring(0, end);
                    var response = new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.OK,
                            Unpooled.wrappedBuffer(said, end + 4, said.length - end - 4));
                    for (String line : head.split("\r\n", -1)) {
                        String[] field = line.split(": ", 2);
                        if (field[0].equals("Status")) {
                            response.setStatus(HttpResponseStatus.valueOf(Integer.parseInt(field[1].substring(0, 3))));
                        } else {
                            response.headers().set(field[0].toLowerCase(java.util.Locale.ROOT), field[1]);
                        }
                    }
                    response.headers()
                            .set(
                                    HttpHeaderNames.CONTENT_LENGTH,
                                    response.content().readableBytes());
                    ctx.writeAndFlush(response);
                } catch (java.io.IOException e) {
                    ctx.close();
                }
            });
        }
    }

    private static String page(int n) {
        var html = new StringBuilder("<!doctype html><title>p</title><body><script>var got=0,failed=[];"
                + "function ok(){got++} function bad(w){failed.push(w)}</script>");
        for (int i = 0; i < n; i++) {
            html.append("<img src='/img?i=%1$d' onload='ok()' onerror=\"bad('img%1$d')\">".formatted(i))
                    .append("<script src='/js?i=%1$d' onerror=\"bad('js%1$d')\"></script>".formatted(i))
                    .append("<link rel=stylesheet href='/css?i=%1$d' onload='ok()' onerror=\"bad('css%1$d')\">"
                            .formatted(i));
        }
        String script = """
                <script>
                for (let i = 0; i < %1$d; i++) fetch('/echo', {method: 'POST', body: 'b'.repeat(1000 * i)})
                  .then(r => r.text()).then(t => t.length == 1000 * i ? ok() : bad('echo' + i)).catch(e => bad('echo' + i + e));
                fetch('/bytes?n=2000000').then(r => r.arrayBuffer()).then(b => b.byteLength == 2000000 ? ok() : bad('bytes'))
                  .catch(e => bad('bytes' + e));
                let ws = new WebSocket('wss://' + location.host + '/ws'), heard = 0;
                ws.binaryType = 'arraybuffer';
                ws.onopen = () => { ws.send('hi'); ws.send(new Uint8Array(300000)) };
                ws.onmessage = e => { if (++heard == 2) { e.data.byteLength == 300000 ? ok() : bad('frame'); ws.close() } };
                ws.onerror = e => bad('ws');
                let told = setInterval(() => { if (got + failed.length >= 4 * %1$d + 2) {
                  clearInterval(told); fetch('/result', {method: 'POST', body: got + ' ' + failed.join()}) } }, 50);
                </script>""".formatted(n);
        return html + script;
    }
}
