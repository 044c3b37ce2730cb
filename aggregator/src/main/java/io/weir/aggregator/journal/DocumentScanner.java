package io.weir.aggregator.journal;

import java.io.IOException;

/**
 * Finds the documents of one journal file. One thread.
 *
 * <p>A file is a sequence of documents, each beginning at a multiple of 4 with a header of four bytes, lowest first:
 *
 * <pre>
 *   bit 31        the document is not complete
 *   bit 30        it is metadata of the queue (its body begins with 0xB9), not a record
 *   bits 0 to 29  length of the body that follows, without the padding to a multiple of 4
 *
 *   0x00000000    nothing was written here yet, or a document is being written, or its writer died over it
 *   0x80000000    likewise, of a document that its writer announced
 *   0xC0000000    end of the file; the next file goes on
 * </pre>
 *
 * <p>Any other header of an incomplete document is damage: the queue does not write it.
 */
final class DocumentScanner {
    enum Found {
        RECORD,
        METADATA,
        NOTHING_YET,
        UNFINISHED,
        END_OF_FILE,
        BROKEN
    }

    static final int HEADER_BYTES = 4;

    private static final int NOT_COMPLETE = 0x80000000;
    private static final int END_OF_DATA = 0xC0000000;
    private static final int METADATA_BIT = 0x40000000;
    private static final int LENGTH_MASK = 0x3FFFFFFF;
    private static final int METADATA_MARK = 0xB9;
    private static final int LOOK_AHEAD_BYTES = 64;

    private final CycleFile file;
    private final RecordDecoder decoder;
    private int length;
    private String fault = "";

    DocumentScanner(CycleFile file, RecordDecoder decoder) {
        this.file = file;
        this.decoder = decoder;
    }

    /** Length of the document's body, after RECORD and METADATA. */
    int length() {
        return length;
    }

    /** What is wrong, after BROKEN. */
    String fault() {
        return fault;
    }

    /** Where the document after this one begins. */
    static long next(long offset, int length) {
        return (offset + HEADER_BYTES + length + 3) & ~3L;
    }

    Found look(long offset) throws IOException {
        if (!file.load(offset, HEADER_BYTES)) {
            return Found.NOTHING_YET;
        }
        int header = file.int32(offset);
        if (header == 0) {
            return afterZero(offset);
        }
        if (header == NOT_COMPLETE) {
            return Found.UNFINISHED;
        }
        if (header == END_OF_DATA) {
            return Found.END_OF_FILE;
        }
        if ((header & NOT_COMPLETE) != 0) {
            return broken("has a header that no writer leaves");
        }
        length = header & LENGTH_MASK;
        return (header & METADATA_BIT) != 0 ? metadata(offset) : record(offset);
    }

    private Found afterZero(long offset) throws IOException {
        if (!bytesFollow(offset)) {
            return Found.NOTHING_YET;
        }
        boolean isRecordThere = isRecordWithLostLength(offset) || findRecord(offset + HEADER_BYTES) >= 0;
        return isRecordThere ? broken("has a header of zero before a whole record") : Found.UNFINISHED;
    }

    /** Whether a whole record follows whose length was a power of two, which one flipped bit turns into zero. */
    private boolean isRecordWithLostLength(long offset) throws IOException {
        for (int bytes = 1; bytes <= RecordEncoder.MAX_RECORD_BYTES; bytes <<= 1) {
            if (!file.load(offset, HEADER_BYTES + bytes)) {
                return false;
            }
            if (decoder.isChecksumRight(file.bytes(), file.at(offset + HEADER_BYTES), bytes)) {
                return true;
            }
        }
        return false;
    }

    private Found metadata(long offset) throws IOException {
        if (length == 0 || offset + HEADER_BYTES + length > file.size()) {
            return broken("is metadata of impossible length " + length);
        }
        if (!file.load(offset, HEADER_BYTES + 1)) {
            return Found.NOTHING_YET;
        }
        boolean isMarked = (file.bytes()[file.at(offset + HEADER_BYTES)] & 0xFF) == METADATA_MARK;
        return isMarked ? Found.METADATA : broken("is called metadata and is not");
    }

    private Found record(long offset) throws IOException {
        if (length > RecordEncoder.MAX_RECORD_BYTES) {
            return broken("has the impossible length " + length);
        }
        return file.load(offset, HEADER_BYTES + length) ? Found.RECORD : broken("goes on after the end of its file");
    }

    private Found broken(String what) {
        fault = what;
        return Found.BROKEN;
    }

    private boolean bytesFollow(long offset) throws IOException {
        long end = Math.min(file.size(), offset + HEADER_BYTES + LOOK_AHEAD_BYTES);
        int ahead = (int) (end - offset);
        if (ahead <= 0 || !file.load(offset, ahead)) {
            return false;
        }
        for (int i = 0; i < ahead; i++) {
            if (file.bytes()[file.at(offset) + i] != 0) {
                return true;
            }
        }
        return false;
    }

    /** The next offset from {@code from} on at which a whole record with the right checksum begins; -1 if none does. */
    long findRecord(long from) throws IOException {
        long size = file.size();
        long offset = (from + 3) & ~3L;
        while (offset + HEADER_BYTES < size && file.load(offset, HEADER_BYTES + 1)) {
            offset = withMagicOrBehind(offset);
            if (file.isLoaded(offset, HEADER_BYTES + 1)) {
                if (isRecord(offset, size)) {
                    return offset;
                }
                offset += 4;
            }
        }
        return -1;
    }

    /** The next offset in what is loaded at which a record's first byte stands; behind that if none does. Most that is looked at is zeros. */
    private long withMagicOrBehind(long from) {
        byte[] bytes = file.bytes();
        long offset = from;
        int end = file.loadedEnd();
        for (int i = file.at(from) + HEADER_BYTES; i < end && (bytes[i] & 0xFF) != RecordEncoder.MAGIC; i += 4) {
            offset += 4;
        }
        return offset;
    }

    private boolean isRecord(long offset, long size) throws IOException {
        if (!file.load(offset, HEADER_BYTES + 1)) {
            return false;
        }
        int header = file.int32(offset);
        boolean isPlausible = header > RecordEncoder.CRC_BYTES
                && header <= RecordEncoder.MAX_RECORD_BYTES
                && offset + HEADER_BYTES + header <= size
                && (file.bytes()[file.at(offset + HEADER_BYTES)] & 0xFF) == RecordEncoder.MAGIC;
        return isPlausible
                && file.load(offset, HEADER_BYTES + header)
                && decoder.isChecksumRight(file.bytes(), file.at(offset + HEADER_BYTES), header);
    }
}
