package io.weir.aggregator.journal;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.util.zip.CRC32C;

/**
 * Makes records, the journal's unit of writing: one or more events with consecutive sequences. One thread; allocates
 * nothing for deltas.
 *
 * <pre>
 *   record    = magic:1 (0x57 'W')  version:1 (1)  flags:1 (0)
 *               firstSequence:varint  eventCount:varint  recordMillis:varint
 *               event × eventCount
 *               crc32c:4, little-endian, over everything before it
 *
 *   event     = kind:1 (below 0x80)  millis:zigzag (minus recordMillis)  fields
 *             | delta
 *   delta     = 0x80 | mask:7  session  count:varint for each set bit of the mask's low six, lowest first:
 *               0x01 up  0x02 down  0x04 overheadUp  0x08 overheadDown  0x10 originUp  0x20 originDown
 *               0x40 says that originUp = up and originDown = down; then bits 0x10 and 0x20 are clear
 *
 *   session   = zigzag: the id minus the id that the record mentioned last (0 before the first)
 *   varint    = seven bits a byte, lowest first, the high bit set on all bytes but the last
 *   zigzag    = varint of (n &lt;&lt; 1) ^ (n &gt;&gt; 63)
 *   text      = length:varint, then that many bytes of UTF-8, at most 4096
 *   tally     = up, down, overheadUp, overheadDown, originUp, originDown, each a varint
 *
 *   kind  1 NodeStarted           nodeId:text boot:varint version:text firstSessionId:varint idsReservedBelow:varint
 *         2 NodeStopped           nextSessionId:varint
 *         3 SessionIdsReserved    below:varint
 *         4 SessionOpened         opening
 *         5 OriginConnected       session address:text
 *         6 SessionClosed         session reason:varint status:zigzag totals:tally
 *         7 ConnectionRefused     session remote:text target:text reason:text
 *         8 CommandReceived       session command:text by:text
 *         9 ConfigChanged         version:varint digest:text summary:text
 *        10 ConservationViolated  session what:text expected:tally found:tally
 *        21 JournalPruned         firstKept:varint sinceMillis:zigzag (minus recordMillis) files:varint bytes:varint by:text why:text
 *        22 EventsOmitted         lastSequence:varint isLost:1 cause:text; alone in its record
 *        11 JournalGap            fromMillis:zigzag toMillis:zigzag cause:text carried:tally
 *        12 CheckpointBegun       boot:varint idsReservedBelow:varint sessionsOpened:varint violations:varint
 *                                 totals:tally open:varint
 *        13 CheckpointSession     opening openedAtMillis:zigzag (minus recordMillis) originAddress:text totals:tally
 *        14 CheckpointEnded       beginSequence:varint
 *        15 Seal                  chainFirst:varint firstSequence:varint lastSequence:varint records:varint nodeId:text
 *                                 boot:varint publicKey:32 previous:32 digest:32 signature:64
 *        16 ExchangeCompleted     session parentId:varint protocol:varint status:zigzag remote:word host:word method:word url:text
 *                                 clientProtocol:word originProtocol:word originAddress:word originCertificate:word
 *                                 request:message response:message messages:tally wire:tally
 *                                 startedAtMillis:zigzag (minus recordMillis) connectMicros:zigzag tlsMicros:zigzag
 *                                 firstByteMicros:zigzag lastByteMicros:zigzag framesUp:varint framesDown:varint error:word
 *        17 ProtocolDetected      session protocol:varint
 *        18 InterceptionBypassed  session host:text client:text reason:text untilMillis:zigzag (minus recordMillis)
 *        19 CheckpointCounts      sinceSequence:varint closedCount:varint
 *                                 (protocol:varint reason:varint sessions:varint) × closedCount  refused:varint
 *        20 CommandReceived       session command:text by:text why:text (kind 8 if there is no reason)
 *        23 CheckpointConfig      version:varint digest:text (left out if there was no ConfigChanged)
 *        24 SessionRouted         session route
 *        25 CheckpointSession     as kind 13, then route (kind 13 if there is none)
 *   opening = session parentId:varint protocol:varint method:text host:text url:text remote:text user:text
 *   route   = configVersion:varint rule:text upstream:text
 *   message = fieldsLeftOut:varint bodyBytes:varint bodySha256:word bodyNote:word
 *             fieldCount:varint (name:word value:text) × fieldCount
 *   word    = text, but cut at 512 bytes
 * </pre>
 *
 * <p>A delta has the record's time. Every version keeps the first two bytes and the last four, so that a reader can
 * tell a later version from damage.
 */
public final class RecordEncoder {
    /** A record is not longer than this. */
    public static final int MAX_RECORD_BYTES = 256 * 1024;

    /**
     * No event is longer: the texts of an opening have 5 × 4 KiB; an exchange has 2 × 24 KiB of fields, one text of 4 KiB and
     * 12 words, which is below 60 KiB. So the first event of a record always fits.
     */
    static final int LARGEST_EVENT_BYTES = 64 * 1024;

    static final int MAGIC = 0x57;
    static final int VERSION = 1;
    static final int CRC_BYTES = 4;

    private static final int MAX_HEADER_BYTES = 3 + 3 * ByteWriter.MAX_VARINT_BYTES;
    private static final int BODY_LIMIT = MAX_RECORD_BYTES - CRC_BYTES;

    private final ByteWriter out = new ByteWriter(MAX_RECORD_BYTES + LARGEST_EVENT_BYTES);
    private final ByteWriter header = new ByteWriter(MAX_HEADER_BYTES);
    private final EventWriter events = new EventWriter(out);
    private final RecordDecoder decoder = new RecordDecoder();
    private final CRC32C crc = new CRC32C();
    private long firstSequence;
    private long recordMillis;
    private int count;
    private int start;

    /** Starts empty; {@link #begin} comes next. */
    public RecordEncoder() {}

    /** Drops what it holds and begins a record. */
    public void begin(long sequenceOfFirst, long atMillis) {
        firstSequence = sequenceOfFirst;
        recordMillis = Math.max(0, atMillis);
        count = 0;
        out.position(MAX_HEADER_BYTES); // the header goes before the events when their count is known
        events.begin(recordMillis);
    }

    /** Adds an event. Answers false, and adds nothing, if the record is full: finish it and begin the next. */
    public boolean tryAdd(long atMillis, LedgerEvent event) {
        int before = out.position();
        long sessionBefore = events.lastSession();
        events.write(atMillis, event);
        return keep(before, sessionBefore);
    }

    /** Adds a delta that is not zero and has no negative count. Answers false, and adds nothing, if the record is full. */
    public boolean tryAddDelta(long sessionId, Counts delta) {
        int before = out.position();
        long sessionBefore = events.lastSession();
        events.writeDelta(sessionId, delta);
        return keep(before, sessionBefore);
    }

    private boolean keep(int before, long sessionBefore) {
        if (out.position() > BODY_LIMIT && count > 0) {
            out.position(before);
            events.lastSession(sessionBefore);
            return false;
        }
        count++;
        return true;
    }

    /** How many events the record has so far. */
    public int count() {
        return count;
    }

    /** Completes the record; then {@link #bytes()}, {@link #offset()} and {@link #length()} say where it is. */
    public void finish() {
        if (count == 0) {
            throw new IllegalStateException("a record has at least one event");
        }
        header.position(0);
        header.oneByte(MAGIC);
        header.oneByte(VERSION);
        header.oneByte(0);
        header.varint(firstSequence);
        header.varint(count);
        header.varint(recordMillis);
        start = MAX_HEADER_BYTES - header.position();
        System.arraycopy(header.bytes(), 0, out.bytes(), start, header.position());
        crc.reset();
        crc.update(out.bytes(), start, out.position() - start);
        out.fixed32((int) crc.getValue());
    }

    /** The first event's sequence. */
    public long firstSequence() {
        return firstSequence;
    }

    /** The last event's sequence. */
    public long lastSequence() {
        return firstSequence + count - 1;
    }

    /**
     * Hands out the finished record's events as any reader will get them: decoded from its bytes. So what is folded
     * live is what was written, and not what was meant.
     */
    public void deliver(EventSink sink) {
        try {
            decoder.open(bytes(), offset(), length());
            decoder.deliver(sink);
        } catch (RecordFormatException e) {
            throw new IllegalStateException("a record of ours at sequence " + firstSequence + " " + e.what(), e);
        }
    }

    /** The array that holds the finished record; the encoder's own. */
    public byte[] bytes() {
        return out.bytes();
    }

    /** Where in {@link #bytes()} the finished record begins. */
    public int offset() {
        return start;
    }

    /** How long the finished record is. */
    public int length() {
        return out.position() - start;
    }
}
