package io.weir.aggregator.seal;

import io.weir.eventbus.LedgerEvent.Seal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What the signature of a seal is of:
 *
 * <pre>
 *   "weir-seal-1" 0x00
 *   atMillis:8  chainFirst:8  firstSequence:8  lastSequence:8  records:8  boot:8      each with its highest byte first
 *   nodeIdLength:4, highest byte first, then so many bytes of UTF-8
 *   publicKey:32  previous:32  digest:32
 * </pre>
 *
 * <p>And that of a statement, whose text begins with its version:
 *
 * <pre>
 *   "weir-statement-1" 0x00  the statement's text up to the line of its signature
 * </pre>
 */
final class SignedBytes {
    private static final byte[] DOMAIN = "weir-seal-1\0".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] STATEMENT_DOMAIN = "weir-statement-1\0".getBytes(StandardCharsets.US_ASCII);

    private SignedBytes() {}

    static byte[] ofStatement(byte[] text) {
        return ByteBuffer.allocate(STATEMENT_DOMAIN.length + text.length)
                .put(STATEMENT_DOMAIN)
                .put(text)
                .array();
    }

    static byte[] of(Seal seal, long atMillis) {
        byte[] node = seal.nodeId().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(DOMAIN.length + 6 * Long.BYTES + Integer.BYTES + node.length + 3 * 32);
        bytes.put(DOMAIN);
        bytes.putLong(atMillis);
        bytes.putLong(seal.chainFirst());
        bytes.putLong(seal.firstSequence());
        bytes.putLong(seal.lastSequence());
        bytes.putLong(seal.records());
        bytes.putLong(seal.boot());
        bytes.putInt(node.length);
        bytes.put(node);
        bytes.put(HexFormat.of().parseHex(seal.publicKey()));
        bytes.put(HexFormat.of().parseHex(seal.previous()));
        bytes.put(HexFormat.of().parseHex(seal.digest()));
        return bytes.array();
    }
}
