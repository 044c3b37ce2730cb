package io.weir.proxyengine.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;

/** User and password for an upstream, as its file has them. Immutable; shown to nobody but the upstream. */
public final class UpstreamCredentials {
    private static final int FILE_BYTES_MAX = 4096;
    private static final int SOCKS_BYTES_MAX = 255;

    private final byte[] user;
    private final byte[] password;

    private UpstreamCredentials(byte[] user, byte[] password) {
        this.user = user;
        this.password = password;
    }

    /**
     * Reads the one line {@code user:password} of a file; what is behind the first colon is the password, which may have more. Blocks.
     *
     * @throws UpstreamException if it cannot be read, or has something else; the message has nothing of what the file has
     */
    public static UpstreamCredentials read(Upstream upstream, Path file) {
        if (!Files.isRegularFile(file)) { // a pipe could make a reader wait
            throw new UpstreamException(
                    upstream, prefix(upstream, file) + (Files.exists(file) ? " is no file" : " is not there"), null);
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(FILE_BYTES_MAX + 1);
        } catch (IOException e) {
            throw new UpstreamException(upstream, prefix(upstream, file) + " cannot be read: " + e, e);
        }
        int end = bytes.length;
        while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        int colon = 0;
        while (colon < end && bytes[colon] != ':') {
            colon++;
        }
        boolean isLine = bytes.length <= FILE_BYTES_MAX && colon > 0 && colon < end;
        for (int i = 0; i < end; i++) {
            isLine &= (bytes[i] & 0xff) >= ' ' && bytes[i] != 0x7f;
        }
        if (!isLine) {
            throw new UpstreamException(upstream, prefix(upstream, file) + " must hold one line, user:password", null);
        }
        var credentials =
                new UpstreamCredentials(Arrays.copyOf(bytes, colon), Arrays.copyOfRange(bytes, colon + 1, end));
        if (upstream.kind() == UpstreamKind.SOCKS5 && !credentials.fitSocks()) {
            throw new UpstreamException(
                    upstream,
                    prefix(upstream, file) + " has more than SOCKS5 takes: 1 to " + SOCKS_BYTES_MAX
                            + " bytes for the user, and for the password",
                    null);
        }
        return credentials;
    }

    private static String prefix(Upstream upstream, Path file) {
        return "the credentials file " + file + " of upstream " + upstream.name();
    }

    private boolean fitSocks() {
        return user.length <= SOCKS_BYTES_MAX && password.length <= SOCKS_BYTES_MAX && password.length > 0;
    }

    /** The value of a {@code Proxy-Authorization} field (RFC 7617). */
    public String basic() {
        byte[] both = Arrays.copyOf(user, user.length + 1 + password.length);
        both[user.length] = ':';
        System.arraycopy(password, 0, both, user.length + 1, password.length);
        return "Basic " + new String(Base64.getEncoder().encode(both), StandardCharsets.US_ASCII);
    }

    /** The user, for SOCKS. */
    public byte[] user() {
        return user.clone();
    }

    /** The password, for SOCKS. */
    public byte[] password() {
        return password.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UpstreamCredentials that
                && Arrays.equals(user, that.user)
                && Arrays.equals(password, that.password);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(user);
    }

    @Override
    public String toString() {
        return "[not shown]";
    }
}
