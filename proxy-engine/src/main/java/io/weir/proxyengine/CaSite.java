package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weir.proxyengine.tls.CertificateAuthority;
import java.nio.charset.StandardCharsets;

/**
 * {@code http://weir.ca/}: the site that exists only through this proxy, where a browser or a phone gets the certificate to trust. Stateless.
 */
final class CaSite {
    private static final Authority AUTHORITY = new Authority("weir.ca", 80);

    @SuppressWarnings("InlineFormatString") // a page is easier to read on its own
    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Weir's certificate</title>
            <style>
            body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
            code { overflow-wrap: anywhere }
            a { display: inline-block; padding: .5rem 1rem; border: 1px solid; border-radius: .4rem; margin: 0 .5rem .5rem 0 }
            </style>
            <h1>This proxy reads HTTPS</h1>
            <p>For that, this device has to trust its certificate authority. Install it only if you know who runs the proxy.</p>
            <p><a href="/weir-ca.crt">For phones and Windows (DER)</a> <a href="/weir-ca.pem">For everything else (PEM)</a></p>
            <p>Compare this fingerprint (SHA-256) with the one that <code>weir ca show</code> prints where the proxy runs:</p>
            <p><code>%s</code></p>
            <p>It is valid until %s. How to install it: <code>weir ca install-help</code>.</p>
            """;

    private CaSite() {}

    static boolean is(Authority authority) {
        return authority.equals(AUTHORITY);
    }

    /**
     * The answer, which ends the connection.
     *
     * @param target path and query
     * @param isHead whether only its head was asked for
     */
    static Answer answer(ByteBufAllocator allocator, CertificateAuthority authority, String target, boolean isHead) {
        return switch (target) {
            case "/" -> {
                String page = PAGE.formatted(
                        authority.fingerprint(),
                        authority.certificate().getNotAfter().toInstant());
                yield answer(allocator, 200, "text/html; charset=utf-8", "", utf8(page), isHead);
            }
            case "/weir-ca.pem" ->
                answer(allocator, 200, "application/x-pem-file", "weir-ca.pem", utf8(authority.pem()), isHead);
            case "/weir-ca.crt", "/weir-ca.der", "/weir-ca.cer" ->
                answer(allocator, 200, "application/x-x509-ca-cert", "weir-ca.crt", authority.der(), isHead);
            default ->
                answer(allocator, 404, "text/plain; charset=utf-8", "", utf8("404: see http://weir.ca/\n"), isHead);
        };
    }

    /**
     * An answer in bytes.
     *
     * @param bytes the caller's, to write or release
     */
    record Answer(int status, ByteBuf bytes) {}

    private static Answer answer(
            ByteBufAllocator allocator, int status, String type, String file, byte[] body, boolean isHead) {
        String disposition = file.isEmpty() ? "" : "Content-Disposition: attachment; filename=\"" + file + "\"\r\n";
        byte[] head = utf8("HTTP/1.1 " + status + (status == 200 ? " OK" : " Not Found") + "\r\nContent-Type: " + type
                + "\r\n" + disposition + "Content-Length: " + body.length
                + "\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
                + "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
        ByteBuf bytes = allocator.directBuffer(head.length + body.length).writeBytes(head);
        return new Answer(status, isHead ? bytes : bytes.writeBytes(body));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
