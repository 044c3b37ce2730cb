package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hands out the certificate that devices must trust, with a page for people at {@code /ca}. A certificate is public, so nobody has
 * to be known. Immutable.
 */
final class CertificatePage {
    private record Document(String contentType, String disposition, ByteBuf bytes) {}

    private final Map<String, Document> documents;

    /** @param certificate null if there is none: then there is no page either */
    CertificatePage(@Nullable PublishedCertificate certificate) {
        this.documents = certificate == null
                ? Map.of()
                : Map.of(
                        "/ca", document("text/html; charset=utf-8", "inline", page(certificate)),
                        "/ca/weir-ca.pem",
                                document(
                                        "application/x-pem-file",
                                        "attachment; filename=\"weir-ca.pem\"",
                                        certificate.pem()),
                        "/ca/weir-ca.crt",
                                document(
                                        "application/x-x509-ca-cert",
                                        "inline; filename=\"weir-ca.crt\"", // an attachment would not be installed
                                        certificate.der()));
    }

    private static Document document(String contentType, String disposition, byte[] bytes) {
        return new Document(contentType, disposition, Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(bytes)));
    }

    private static byte[] page(PublishedCertificate certificate) {
        return Assets.text("ca.html")
                .replace("{{subject}}", escaped(certificate.subject()))
                .replace("{{validUntil}}", escaped(certificate.validUntil()))
                .replace("{{fingerprint}}", escaped(certificate.fingerprint()))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("{", "&#123;");
    }

    /** Whether a path is one of these, with a certificate or without. */
    static boolean isOurs(String path) {
        return path.equals("/ca") || path.startsWith("/ca/");
    }

    /** Answers with what is at that path, or with 404. */
    void send(Channel channel, String path) {
        Document document = documents.get(path);
        if (document == null) {
            Replies.refuse(channel, HttpResponseStatus.NOT_FOUND);
            return;
        }
        FullHttpResponse response = Replies.response(
                HttpResponseStatus.OK, document.contentType(), document.bytes().duplicate());
        response.headers().set(HttpHeaderNames.CONTENT_DISPOSITION, document.disposition());
        Replies.send(channel, response);
    }
}
