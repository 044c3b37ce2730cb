package io.weir.aggregator.seal;

import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.RecordTap;
import io.weir.eventbus.LedgerEvent.Seal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The hash over the records since the last seal, which begins with that seal's own hash. One thread; adding a record allocates
 * nothing.
 *
 * <pre>
 *   digest = SHA-256( "weir-span-1" 0x00  previous:32  record × records of the span )
 *   record = length:4, lowest byte first, then the record's bytes from magic to checksum: as its file has them, without padding
 * </pre>
 *
 * <p>A span begins with the record after those that the seal before covers, which is that seal's own record: so a seal is
 * covered by the next one. Until {@link #begin} or {@link #sealed} says where a span begins, records are passed over.
 */
public final class RecordChain implements RecordTap {
    /** The digest before the first, in hex. */
    public static final String NO_DIGEST = "0".repeat(64);

    private static final byte[] DOMAIN = "weir-span-1\0".getBytes(StandardCharsets.US_ASCII);

    private final MessageDigest sha;
    private final byte[] header = new byte[4];
    private boolean isKnown;
    private long chainFirst;
    private long spanFirst;
    private long lastSequence;
    private long records;
    private String previous = NO_DIGEST;

    /** Knows nothing yet. */
    public RecordChain() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** A chain without a seal, to begin with the event {@code sequence}. */
    public void begin(long sequence) {
        restart(sequence, sequence - 1, 0, NO_DIGEST);
        spanFirst = sequence;
    }

    /** Goes on behind a seal, whatever was before; its own record is to be added next. */
    public void sealed(Seal seal) {
        restart(seal.chainFirst(), seal.lastSequence(), seal.records(), seal.digest());
        spanFirst = seal.lastSequence() + 1;
    }

    private void restart(long first, long last, long recordsBefore, String digestBefore) {
        isKnown = true;
        chainFirst = first;
        lastSequence = last;
        records = recordsBefore;
        previous = digestBefore;
        sha.reset();
        sha.update(DOMAIN);
        sha.update(HexFormat.of().parseHex(digestBefore));
    }

    @Override
    public void record(long last, byte[] bytes, int offset, int length) {
        if (!isKnown) {
            return;
        }
        for (int i = 0; i < header.length; i++) {
            header[i] = (byte) (length >>> (8 * i));
        }
        sha.update(header, 0, header.length);
        sha.update(bytes, offset, length);
        lastSequence = last;
        records++;
    }

    @Override
    public void repeated(long first, byte[] bytes, int offset, int length) {}

    @Override
    public void fault(JournalFault fault) {} // what is missing shows in the digest

    /** Whether it is known where the span begins. */
    public boolean isKnown() {
        return isKnown;
    }

    /** The first event that any seal of this chain covers, or will. */
    public long chainFirst() {
        return chainFirst;
    }

    /** The first event of the span. */
    public long spanFirst() {
        return spanFirst;
    }

    /** The last event that was added. */
    public long lastSequence() {
        return lastSequence;
    }

    /** How many records the chain has. */
    public long records() {
        return records;
    }

    /** The digest of the span before, in hex. */
    public String previous() {
        return previous;
    }

    /** The digest of the span so far, in hex. The span goes on. */
    public String digest() {
        try {
            MessageDigest copy = (MessageDigest) sha.clone();
            return HexFormat.of().formatHex(copy.digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
        }
    }
}
