package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The files of the page, out of the jar: {@code /} is its document, {@code /app/…} its modules, {@code /lib/…} the libraries they are
 * made with. They hold no data, so nobody has to be known to get them. Immutable.
 */
final class Assets {
    private record Asset(String contentType, ByteBuf bytes) {}

    private static final String LINK_PLACE = "<!-- certificate -->";
    private static final String LINK = "<a class=\"ca-link\" href=\"/ca\">Certificate</a>";

    /** A browser resolves a bare name by an inline map only, which the policy forbids; so it becomes the path. */
    private static final String BARE_PREACT = "from\"preact\"";

    private static final String PREACT = "from\"/lib/preact.js\"";
    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "txt", "text/plain; charset=utf-8");

    private final Map<String, Asset> assets;

    /** @param linksCertificate whether the page says where the certificate is */
    Assets(boolean linksCertificate) {
        Map<String, Asset> found = new HashMap<>();
        WebFiles.read().forEach((name, text) -> {
            boolean isPage = name.equals("index.html");
            String filled = isPage
                    ? text.replace(LINK_PLACE, linksCertificate ? LINK : "")
                    : name.startsWith("lib/") ? text.replace(BARE_PREACT, PREACT) : text;
            found.put(isPage ? "/" : "/" + name, asset(filled, contentType(name)));
        });
        this.assets = Map.copyOf(found);
    }

    private static String contentType(String name) {
        String type = CONTENT_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) {
            throw new GatewayException("no content type is known for the page's file " + name);
        }
        return type;
    }

    /** Whether there is a file at that path. */
    boolean has(String path) {
        return assets.containsKey(path);
    }

    /**
     * Sends the file at {@code path}, of which {@link #has} was true.
     *
     * @param host under which the page reaches us
     */
    void send(Channel channel, String path, String host) {
        Asset asset = assets.get(path);
        if (asset == null) {
            throw new IllegalArgumentException("no asset " + path);
        }
        FullHttpResponse response = Replies.response(
                HttpResponseStatus.OK, asset.contentType(), asset.bytes().duplicate());
        response.headers().setAll(Replies.securityHeaders(host));
        if (!path.equals("/")) {
            response.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE);
        }
        Replies.send(channel, response);
    }

    private static Asset asset(String text, String contentType) {
        return new Asset(
                contentType,
                Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8))));
    }

    /** The text of a file in the jar. */
    static String text(String name) {
        try (InputStream in = Assets.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new GatewayException("the program is incomplete: " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }
}
