package io.weir.benchmarks.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * The way to the origin. Immutable. Targets and sources are spread over addresses of 127.0.0.0/8, since each pair of
 * addresses has its own 28,000 ports; the sources begin at 127.0.0.2, as servers listen on 127.0.0.1.
 *
 * @param proxy where the proxy listens; null to go to the origin directly
 * @param originPort the same on each of its addresses
 * @param targets on how many addresses the origin listens, from 127.0.0.1 on
 * @param sources from how many addresses clients connect; 1 leaves the address to the kernel
 * @param credentials {@code USER:PASSWORD} for the proxy; empty for none
 */
record Route(@Nullable InetSocketAddress proxy, int originPort, int targets, int sources, String credentials) {
    /** Clients that reset their connections come from here, so that the ledger's rows tell them apart. */
    static final String SOURCE_OF_RESETS = "127.0.0.101";

    /** The origin's address for a connection. */
    InetSocketAddress origin(int number) {
        return new InetSocketAddress(loopback(1 + Math.floorMod(number, targets)), originPort);
    }

    /** Whom a connection is made to. */
    InetSocketAddress nextHop(int number) {
        return proxy == null ? origin(number) : proxy;
    }

    /** Where a connection comes from; null if that does not matter. */
    @Nullable InetAddress source(int number) {
        return sources == 1 ? null : loopback(2 + Math.floorMod(number / targets, sources));
    }

    /** {@code HOST:PORT} of the origin. */
    String authority(int number) {
        InetSocketAddress origin = origin(number);
        return origin.getAddress().getHostAddress() + ":" + origin.getPort();
    }

    /** The head of a CONNECT request. */
    byte[] connectRequest(int number) {
        String authority = authority(number);
        return ("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + authorization() + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The field that shows to the proxy who the client is (RFC 7617); empty if nothing does. */
    private String authorization() {
        return proxy == null || credentials.isEmpty()
                ? ""
                : "Proxy-Authorization: Basic "
                        + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)) + "\r\n";
    }

    /** The head of a request for a body of a size, with a body of a size; no body if that is 0. */
    byte[] request(int number, long size, long bodyBytes) {
        return request(proxy == null ? "" : "http://" + authority(number), authorization(), number, size, bodyBytes);
    }

    /** The same, when it goes through a tunnel to the origin. */
    byte[] requestInTunnel(int number, long size, long bodyBytes) {
        return request("", "", number, size, bodyBytes);
    }

    private byte[] request(String base, String shown, int number, long size, long bodyBytes) {
        String body = bodyBytes == 0 ? "" : "Content-Length: " + bodyBytes + "\r\n";
        return ((bodyBytes == 0 ? "GET " : "POST ") + base + "/" + size + " HTTP/1.1\r\nHost: " + authority(number)
                        + "\r\n" + shown + body + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Looks who has issued what was shown as the origin's certificate: through a proxy it must not be the origin's own. */
    void checkIssuer(X500Principal issuer) throws IOException {
        boolean isOrigins = issuer.equals(Identity.ORIGIN_ISSUER);
        if (isOrigins && proxy != null) {
            throw new IOException("not intercepted: the certificate is the origin's own");
        }
        if (!isOrigins && proxy == null) {
            throw new IOException("not the origin: its certificate is from " + issuer);
        }
    }

    static InetAddress loopback(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // four bytes are an address
        }
    }

    static InetAddress sourceOfResets() {
        return loopback(101);
    }
}
