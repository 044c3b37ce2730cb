package io.weir.proxyengine;

import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * Whose the bytes of one stream of HTTP/2 to the proxy are, in both directions: a session's, once the request has one; the connection's before the stream began and after its session
 * has ended. Event loop of the connection.
 *
 * <pre>
 *                                     tunnel                     exchange
 *   content of DATA                   payload (a refusal: not)   message
 *   HEADERS, CONTINUATION,
 *   rest of DATA frames               overhead                   message
 *   RST_STREAM, WINDOW_UPDATE, other  overhead                   the connection's
 * </pre>
 */
final class StreamCount {
    private final FrameLedger ledger;
    private @Nullable SessionMeter meter;
    private boolean isTunnel;
    private boolean over;
    private Leg content = Leg.UP;
    private Leg answer = Leg.DOWN;
    private long heldContent;
    private long heldFraming;
    private long heldOther;

    StreamCount(FrameLedger ledger) {
        this.ledger = ledger;
    }

    /**
     * The request has a session.
     *
     * @param head as what its head counts: overhead if it asks for a tunnel
     */
    void opened(SessionMeter session, Leg head) {
        meter = session;
        isTunnel = head == Leg.OVERHEAD_UP;
        content = Leg.UP;
        long held = heldContent + heldFraming + heldOther;
        long counted = count(Leg.UP, heldContent) + count(framing(true), heldFraming) + count(other(true), heldOther);
        ledger.claimUp(counted - held);
        heldContent = 0;
        heldFraming = 0;
        heldOther = 0;
    }

    /** What content of the client's counts as from now on. */
    void contentAs(Leg leg) {
        content = leg;
    }

    /** What content of ours counts as from now on. */
    void answersAs(Leg leg) {
        answer = leg;
    }

    /** Bytes of a frame that carries messages have been read. */
    void read(int part, long bytes) {
        if (meter != null) {
            ledger.claimUp(count(part == FrameScanner.DATA ? content : framing(true), bytes));
        } else if (!over) {
            ledger.claimUp(bytes);
            if (part == FrameScanner.DATA) {
                heldContent += bytes;
            } else {
                heldFraming += bytes;
            }
        }
    }

    /** The same of another frame. */
    void readOther(long bytes) {
        if (meter != null) {
            ledger.claimUp(count(other(true), bytes));
        } else if (!over) {
            ledger.claimUp(bytes);
            heldOther += bytes;
        }
    }

    /** As what bytes count that are about to be written. */
    Leg written(int part) {
        return part == FrameScanner.DATA ? answer : framing(false);
    }

    /** The same of a frame that carries no message. */
    Leg writtenOther() {
        return other(false);
    }

    /** The kernel has taken them. */
    void taken(Leg leg, long bytes) {
        ledger.claimDown(count(leg, bytes));
    }

    /** No more comes: if nobody served the stream, what came is the connection's. */
    void end() {
        over = true;
        if (meter == null) {
            ledger.claimUp(-(heldContent + heldFraming + heldOther));
        }
    }

    private Leg framing(boolean isRead) {
        if (isTunnel) {
            return isRead ? Leg.OVERHEAD_UP : Leg.OVERHEAD_DOWN;
        }
        return isRead ? Leg.UP : Leg.DOWN;
    }

    private Leg other(boolean isRead) {
        if (isTunnel) {
            return isRead ? Leg.OVERHEAD_UP : Leg.OVERHEAD_DOWN;
        }
        return Leg.NONE;
    }

    /** Answers how much of it has a session. */
    private long count(Leg leg, long bytes) {
        SessionMeter session = meter;
        if (leg == Leg.NONE || bytes == 0 || session == null || !session.isOpen()) {
            return 0;
        }
        leg.count(session, bytes);
        return bytes;
    }
}
