package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.weir.proxyengine.upstream.UpstreamNode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Asks an HTTP proxy for a tunnel (RFC 9110 §9.3.6). Of the answer only the status counts, and where its head ends: after a 2xx everything behind it is the
 * tunnel's, whatever the fields say.
 *
 * <pre>
 * CONNECT host:port HTTP/1.1         HTTP/1.1 200 anything
 * Host: host:port                    any: field
 * Via: 1.1 before, 1.1 node
 * Proxy-Authorization: Basic ...
 * </pre>
 */
final class ConnectTalk implements UpstreamTalk {
    /** Of a head, interim ones included. */
    static final int HEAD_BYTES_MAX = 16 * 1024;

    private static final int INTERIM_MAX = 8;
    private static final int STATUS_LINE_BYTES_MIN = "HTTP/1.1 200".length();

    private final UpstreamNode node;
    private final Authority authority;
    private final String via;
    private int looked;
    private int interims;
    private @Nullable UpstreamFault fault;

    /** @param via which nodes the request has passed, this one included */
    ConnectTalk(UpstreamNode node, Authority authority, String via) {
        this.node = node;
        this.authority = authority;
        this.via = via;
    }

    @Override
    public ByteBuf next(ByteBufAllocator allocator) {
        var head = new StringBuilder(256);
        head.append("CONNECT ").append(authority).append(" HTTP/1.1\r\nHost: ").append(authority);
        head.append("\r\nVia: ").append(via).append("\r\n");
        if (!node.authorization().isEmpty()) {
            head.append("Proxy-Authorization: ").append(node.authorization()).append("\r\n");
        }
        return ByteBufUtil.writeAscii(allocator, head.append("\r\n"));
    }

    @Override
    public Step take(ByteBuf said) {
        while (true) {
            int end = endOfHead(said);
            if (end < 0) {
                return said.readableBytes() > HEAD_BYTES_MAX
                        ? broken("its answer to CONNECT has no end within " + HEAD_BYTES_MAX + " bytes")
                        : Step.MORE;
            }
            int status = status(said);
            said.readerIndex(end);
            looked = 0;
            if (status < 200 && status != 101 && status > 0 && ++interims <= INTERIM_MAX) {
                continue;
            }
            return status >= 200 && status < 300 ? Step.STANDS : refused(status);
        }
    }

    private Step refused(int status) {
        if (status < 300) {
            return broken("its answer to CONNECT is no HTTP that can be understood");
        }
        String message = node + " answered " + status + " to CONNECT";
        fault = status == 407
                ? UpstreamFault.turnedAway(
                        message + ": it wants " + (node.authorization().isEmpty() ? "" : "other ") + "credentials")
                : UpstreamFault.answered("destination_unavailable", message);
        return Step.REFUSED;
    }

    private Step broken(String what) {
        fault = UpstreamFault.broken(node + ": " + what);
        return Step.REFUSED;
    }

    /** The index behind the empty line; -1 if it has not come. Lines may end with LF alone (RFC 9112 §2.2). */
    private int endOfHead(ByteBuf said) {
        int from = said.readerIndex();
        for (int i = from + looked; i < said.writerIndex(); i++) {
            if (said.getByte(i) == '\n' && isEmptyLine(said, from, i)) {
                return i + 1;
            }
        }
        looked = said.readableBytes();
        return -1;
    }

    private static boolean isEmptyLine(ByteBuf said, int from, int lineFeed) {
        int before = lineFeed - 1;
        if (before > from && said.getByte(before) == '\r') {
            before--;
        }
        return before >= from && said.getByte(before) == '\n';
    }

    /** The status of a status line {@code HTTP/1.x nnn}; 0 if it is none. */
    private static int status(ByteBuf said) {
        if (said.readableBytes() <= STATUS_LINE_BYTES_MIN) {
            return 0;
        }
        String line = said.toString(said.readerIndex(), STATUS_LINE_BYTES_MIN + 1, StandardCharsets.ISO_8859_1);
        return line.matches("HTTP/1\\.[01] [1-5][0-9][0-9][ \\r\\n]") ? Integer.parseInt(line.substring(9, 12)) : 0;
    }

    @Override
    public UpstreamFault fault() {
        UpstreamFault found = fault;
        return found == null ? UpstreamFault.broken(node + " ended the connection before it had answered") : found;
    }
}
