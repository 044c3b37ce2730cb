package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Sees what a client says about our certificate without encryption. Stands before TLS during the handshake; event loop of its channel.
 *
 * <p>A client of TLS 1.3 that refuses a certificate should say so encrypted. OpenSSL's has no key for that yet and says it in the clear, which
 * BoringSSL takes for a broken packet: without a look at the record itself we would not know that a client doesn't trust us.
 *
 * <pre>
 * 21 | 3 3 | 0 2 | level | description      RFC 8446 §5.1, §6
 * </pre>
 */
final class PlainAlert extends ChannelInboundHandlerAdapter {
    private static final int RECORD_BYTES = 7;
    private static final long RECORD_HEAD = 0x15_03_03_00_02L;
    private static final int BAD_CERTIFICATE = 42;
    private static final int CERTIFICATE_UNKNOWN = 46;
    private static final int UNKNOWN_CA = 48;

    private boolean refuses;

    /** Whether the last that the client said is that it does not accept the certificate. */
    boolean refusesCertificate() {
        return refuses;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof ByteBuf bytes) {
            refuses = refusesAtEndOf(bytes);
        }
        ctx.fireChannelRead(msg);
    }

    /** The record is alone in its segment, or the last after a change of cipher specs: nothing follows a fatal alert. */
    private static boolean refusesAtEndOf(ByteBuf bytes) {
        int start = bytes.writerIndex() - RECORD_BYTES;
        if (start < bytes.readerIndex()) {
            return false;
        }
        long head = (long) bytes.getUnsignedByte(start) << 32 | bytes.getUnsignedInt(start + 1);
        int description = bytes.getUnsignedByte(start + RECORD_BYTES - 1);
        boolean isAboutCertificate =
                (description >= BAD_CERTIFICATE && description <= CERTIFICATE_UNKNOWN) || description == UNKNOWN_CA;
        return head == RECORD_HEAD && isAboutCertificate;
    }
}
