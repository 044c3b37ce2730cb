package io.weir.proxyengine;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes the kernel's buffer small at the proxy's end of a connection, which is a file of this process, too: what a client does not read waits in the
 * proxy soon, not behind megabytes in the kernel.
 */
final class NarrowEnd {
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");
    private static final int BYTES = 4096;

    private NarrowEnd() {}

    /** Does so for the connection of {@code client}, where there is a way to. */
    static void of(java.net.Socket client) throws IOException {
        if (!Epoll.isAvailable() || !Files.isDirectory(OPEN_FILES)) {
            return;
        }
        var address = new InetSocketAddress(client.getLocalAddress(), client.getLocalPort());
        boolean isFound = false;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(OPEN_FILES)) {
            for (Path each : all) {
                isFound |= narrow(each, address);
            }
        }
        if (!isFound) {
            throw new IOException("no connection of " + address);
        }
    }

    private static boolean narrow(Path file, InetSocketAddress address) {
        try {
            if (!Files.readSymbolicLink(file).toString().startsWith("socket:")) {
                return false;
            }
            var end = new Socket(Integer.parseInt(String.valueOf(file.getFileName()))); // never closed by us
            if (!address.equals(end.remoteAddress())) {
                return false;
            }
            end.setSendBufferSize(BYTES);
            return true;
        } catch (IOException | ChannelException closed) {
            return false; // meanwhile: another one
        }
    }
}
