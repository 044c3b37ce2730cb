package io.weir.aggregator.journal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What an index says of one cycle file: of a prefix of it, where whole checkpoints begin and in which stretches sessions were opened or
 * closed. Immutable. A hint: who uses it looks at the journal for what it says, and reads on as if it were not there where that
 * is not so. It holds no times: that nothing before a place is later than an instant could not be checked without reading it all.
 *
 * <pre>
 *   index   = magic:8 ("WEIRIDX" 0x01)
 *             file:text
 *             endOffset:varint lastSequence:varint
 *             lastOffset:varint lastLength:varint lastChecksum:4
 *             pendingOffset:varint pendingBefore:varint
 *             checkpointCount:varint (offset:varint before:varint) × checkpointCount
 *             stretchCount:varint stretch × stretchCount
 *             crc32c:4, lowest byte first, over everything before it
 *   stretch = offset:varint before:varint idCount:varint (id:varint, minus the one before) × idCount
 * </pre>
 *
 * <p>Types are those of {@link RecordEncoder}. {@code before} is the sequence of the event before a place. The prefix ends behind the record
 * at {@code lastOffset}, whose length and checksum tell whether the file is still the one that was indexed. {@code pending} is a
 * checkpoint that began and had not ended there, 0 if none had. Stretches are in the order of the file; ids rise.
 */
public final class CycleIndex {
    static final int MAX_BYTES = 32 << 20;

    private static final byte[] MAGIC = {'W', 'E', 'I', 'R', 'I', 'D', 'X', 1};
    private static final int CRC_BYTES = 4;
    private static final int MAX_CHECKPOINTS = 1 << 16;
    private static final int MAX_FOUND = 64; // a session is opened once and closed once

    private final byte[] bytes;
    private final int stretchesAt; // behind their count
    private final int stretchCount;
    private final Prefix prefix;
    private final @Nullable JournalPosition pending;
    private final List<JournalPosition> checkpoints;

    /**
     * How far an index reaches.
     *
     * @param lastSequence the last event of the last record in it
     */
    record Prefix(String file, long endOffset, long lastSequence, long lastOffset, int lastLength, int lastChecksum) {}

    /**
     * A part of the file that says something of a session.
     *
     * @param begin where its first record is
     * @param lastSequence its last event
     */
    public record Stretch(JournalPosition begin, long lastSequence) {}

    private CycleIndex(byte[] bytes) throws RecordFormatException {
        this.bytes = bytes;
        ByteReader in = new ByteReader();
        in.range(bytes, MAGIC.length, bytes.length - MAGIC.length - CRC_BYTES);
        String file = in.text();
        prefix = new Prefix(file, in.count(), in.count(), in.count(), in.smallCount(), in.fixed32());
        long pendingOffset = in.count();
        JournalPosition begun = new JournalPosition(file, pendingOffset, in.count());
        pending = pendingOffset == 0 ? null : begun;
        int count = in.smallCount();
        if (count > MAX_CHECKPOINTS || count > in.remaining() / 2) {
            throw ByteReader.corrupt("has " + count + " checkpoints, more than there can be");
        }
        List<JournalPosition> places = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            places.add(new JournalPosition(file, in.count(), in.count()));
        }
        checkpoints = List.copyOf(places);
        stretchCount = in.smallCount();
        stretchesAt = in.position();
    }

    /** Reads one; empty if the bytes are none, are damaged, or come from a later version. */
    static Optional<CycleIndex> decode(byte[] bytes) {
        boolean isOne = bytes.length >= MAGIC.length + CRC_BYTES
                && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                && checksum(bytes, bytes.length - CRC_BYTES) == stated(bytes);
        if (!isOne) {
            return Optional.empty();
        }
        try {
            return Optional.of(new CycleIndex(bytes));
        } catch (RecordFormatException e) {
            return Optional.empty();
        }
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static int stated(byte[] bytes) {
        int stated = 0;
        for (int i = 0; i < CRC_BYTES; i++) {
            stated |= (bytes[bytes.length - CRC_BYTES + i] & 0xFF) << (8 * i);
        }
        return stated;
    }

    /** Writes one. */
    static byte[] encode(
            Prefix prefix,
            @Nullable JournalPosition pending,
            List<JournalPosition> checkpoints,
            int stretchCount,
            ByteWriter stretches) {
        ByteWriter out = new ByteWriter(stretches.position() + 4_096);
        out.raw(MAGIC, 0, MAGIC.length);
        out.text(prefix.file());
        out.varint(prefix.endOffset());
        out.varint(prefix.lastSequence());
        out.varint(prefix.lastOffset());
        out.varint(prefix.lastLength());
        out.fixed32(prefix.lastChecksum());
        out.varint(pending == null ? 0 : pending.offset());
        out.varint(pending == null ? 0 : pending.sequence());
        int listed = Math.min(checkpoints.size(), MAX_CHECKPOINTS);
        out.varint(listed);
        for (JournalPosition checkpoint : checkpoints.subList(0, listed)) {
            out.varint(checkpoint.offset());
            out.varint(checkpoint.sequence());
        }
        out.varint(stretchCount);
        out.raw(stretches.bytes(), 0, stretches.position());
        out.fixed32(checksum(out.bytes(), out.position()));
        return Arrays.copyOf(out.bytes(), out.position());
    }

    Prefix prefix() {
        return prefix;
    }

    /** The end of what is indexed: what lies behind is not told of. */
    public JournalPosition end() {
        return new JournalPosition(prefix.file(), prefix.endOffset(), prefix.lastSequence());
    }

    /** Where a checkpoint that is not listed can begin, at the earliest: the end, or the one that had not ended there. */
    public long endForCheckpoints() {
        JournalPosition begun = pending;
        return begun == null ? prefix.endOffset() : Math.min(begun.offset(), prefix.endOffset());
    }

    /** A checkpoint that begins in the prefix and does not end in it; null if there is none. */
    @Nullable JournalPosition pending() {
        return pending;
    }

    /** Where whole checkpoints begin, in the order of the file. */
    public List<JournalPosition> checkpoints() {
        return checkpoints;
    }

    int stretchCount() {
        return stretchCount;
    }

    /** The stretches as they are written. */
    ByteWriter stretches() {
        int length = bytes.length - CRC_BYTES - stretchesAt;
        ByteWriter copy = new ByteWriter(2 * length + 4_096);
        copy.raw(bytes, stretchesAt, length);
        return copy;
    }

    /** The stretches in which a session was opened or closed, in the order of the file; none if the index is not in order there. */
    public List<Stretch> stretchesOf(long sessionId) {
        List<Stretch> found = new ArrayList<>();
        ByteReader in = new ByteReader();
        in.range(bytes, stretchesAt, bytes.length - CRC_BYTES - stretchesAt);
        try {
            JournalPosition matching = null;
            for (int i = 0; i < stretchCount && found.size() < MAX_FOUND; i++) {
                JournalPosition begin = new JournalPosition(prefix.file(), in.count(), in.count());
                if (matching != null) {
                    found.add(new Stretch(matching, begin.sequence()));
                }
                matching = has(in, sessionId) ? begin : null;
            }
            if (matching != null) {
                found.add(new Stretch(matching, prefix.lastSequence()));
            }
            return found;
        } catch (RecordFormatException e) {
            return List.of();
        }
    }

    private static boolean has(ByteReader in, long sessionId) throws RecordFormatException {
        int count = in.smallCount();
        boolean isFound = false;
        long id = 0;
        for (int i = 0; i < count; i++) { // ends with the bytes at the latest
            id += in.count();
            isFound |= id == sessionId;
        }
        return isFound;
    }
}
