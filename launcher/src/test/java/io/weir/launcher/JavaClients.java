package io.weir.launcher;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * The ways in which Java's own classes talk through a proxy that wants to know who they are, each in a process of its own, since they keep what they know of passwords for good:
 * {@code KIND PORT AUTHORITY USER PASSWORD URL} prints how many bytes came, or how it was refused.
 */
final class JavaClients {
    private JavaClients() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        SSLContext trust = TrustingClient.trust(Path.of(arguments[2]));
        var login = new PasswordAuthentication(arguments[3], arguments[4].toCharArray());
        URI url = URI.create(arguments[5]);
        var authenticator = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return login;
            }
        };
        try {
            System.out.println(
                    switch (arguments[0]) {
                        case "http" -> httpClient(port, trust, authenticator, url);
                        case "socks5" -> urlConnection(port, trust, authenticator, url);
                        case "https" -> socket(port, trust, login, url);
                        default -> throw new IllegalArgumentException(arguments[0]);
                    });
        } catch (IOException refused) {
            System.out.println("refused: " + refused.getMessage());
        }
    }

    private static String httpClient(int port, SSLContext trust, Authenticator authenticator, URI url)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> got = HttpClient.newBuilder()
                .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                .authenticator(authenticator)
                .sslContext(trust)
                .build()
                .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofByteArray());
        return got.statusCode() == 200 ? Integer.toString(got.body().length) : "refused: " + got.statusCode();
    }

    private static String urlConnection(int port, SSLContext trust, Authenticator authenticator, URI url)
            throws IOException {
        Authenticator.setDefault(authenticator);
        var proxy = new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        var connection = (HttpsURLConnection) url.toURL().openConnection(proxy);
        connection.setSSLSocketFactory(trust.getSocketFactory());
        return Integer.toString(connection.getInputStream().readAllBytes().length);
    }

    /** Java's clients know no proxy behind TLS; its sockets do. */
    private static String socket(int port, SSLContext trust, PasswordAuthentication login, URI url) throws IOException {
        String known = login.getUserName() + ':' + new String(login.getPassword());
        String connect = "CONNECT %1$s HTTP/1.1\r\nHost: %1$s\r\nProxy-Authorization: Basic %2$s\r\n\r\n"
                .formatted(
                        url.getAuthority(), Base64.getEncoder().encodeToString(known.getBytes(StandardCharsets.UTF_8)));
        try (Socket outer = trust.getSocketFactory().createSocket("localhost", port)) {
            outer.getOutputStream().write(connect.getBytes(StandardCharsets.US_ASCII));
            String answer = head(outer);
            if (!answer.startsWith("HTTP/1.1 200 ")) {
                return "refused: " + answer.lines().findFirst().orElse("");
            }
            SSLSocket inner =
                    (SSLSocket) trust.getSocketFactory().createSocket(outer, url.getHost(), url.getPort(), false);
            String get = "GET %s?%s HTTP/1.1\r\nHost: %s\r\n\r\n"
                    .formatted(url.getPath(), url.getQuery(), url.getAuthority());
            inner.getOutputStream().write(get.getBytes(StandardCharsets.US_ASCII));
            String length = head(inner)
                    .lines()
                    .map(line -> line.toLowerCase(Locale.ROOT))
                    .filter(line -> line.startsWith("content-length:"))
                    .findFirst()
                    .orElseThrow();
            int bytes =
                    Integer.parseInt(length.substring(length.indexOf(':') + 1).strip());
            return Integer.toString(inner.getInputStream().readNBytes(bytes).length);
        }
    }

    private static String head(Socket socket) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = socket.getInputStream().read();
            if (octet < 0) {
                throw new IOException("the connection has ended after: " + head);
            }
            head.append((char) octet);
        }
        return head.toString();
    }
}
