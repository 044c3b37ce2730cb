package io.weir.aggregator.seal;

import io.weir.eventbus.LedgerEvent.Seal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A seal as one line of text, to be kept where the journal is not: whoever changes or cuts the journal can't change it. Immutable.
 *
 * <pre>
 *   weir-anchor 1 NODE-ID SEQUENCE TIME KEY-ID DIGEST CRC32C-OF-THE-TEXT-BEFORE-IT-IN-HEX
 * </pre>
 *
 * @param nodeId the node's; what is not a letter, digit, dot or dash in it is an underscore
 * @param sequence the seal's own
 * @param atMillis the seal's time
 * @param keyId of the key that signed it
 * @param digest the seal's, in hex
 */
public record Anchor(String nodeId, long sequence, long atMillis, String keyId, String digest) {
    private static final String MARK = "weir-anchor 1 ";
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern UNPRINTABLE = Pattern.compile("[^A-Za-z0-9._-]"); // a journal may be anybody's
    private static final int MAX_CHARS = 8_192;

    /** The anchor that a seal makes. */
    public static Anchor of(Seal seal, long atMillis) {
        String node = UNPRINTABLE.matcher(seal.nodeId()).replaceAll("_");
        return new Anchor(
                node.isEmpty() ? "-" : node,
                seal.lastSequence() + 1,
                atMillis,
                SealPublicKey.ofHex(seal.publicKey()).id(),
                seal.digest());
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it is no anchor, or was mistyped; says which
     */
    public static Anchor parse(String line) {
        String text = line.strip();
        if (!text.startsWith("weir-anchor ") || text.length() > MAX_CHARS) {
            throw new IllegalArgumentException("is no anchor: it does not begin with weir-anchor");
        }
        if (!text.startsWith(MARK)) {
            throw new IllegalArgumentException("is an anchor of another version, this reads version 1");
        }
        int end = text.lastIndexOf(' ') + 1;
        String[] fields = text.substring(0, end).split(" ", -1);
        if (fields.length != 8 || !text.substring(end).equals(checksum(text.substring(0, end)))) {
            throw new IllegalArgumentException("is an anchor that was cut or mistyped");
        }
        try {
            Anchor anchor = new Anchor(
                    fields[2],
                    Long.parseLong(fields[3]),
                    Instant.parse(fields[4]).toEpochMilli(),
                    fields[5],
                    fields[6]);
            if (HEX.matcher(anchor.keyId).matches()
                    && HEX.matcher(anchor.digest).matches()) {
                return anchor;
            }
        } catch (NumberFormatException | DateTimeParseException | ArithmeticException e) {
            throw new IllegalArgumentException("is an anchor that was cut or mistyped", e);
        }
        throw new IllegalArgumentException("is an anchor that was cut or mistyped");
    }

    /** Whether a seal is the one that this anchor was made of. */
    public boolean isOf(Seal seal, long sealAtMillis) {
        return equals(of(seal, sealAtMillis));
    }

    /** The line, without its end. */
    public String line() {
        String text = MARK + nodeId + " " + sequence + " " + Instant.ofEpochMilli(atMillis) + " " + keyId + " " + digest
                + " ";
        return text + checksum(text);
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
