package io.weir.eventbus;

import java.util.List;

/**
 * What the ledger records: a closed set, so that a new event does not compile until every fold and codec handles it.
 * Immutable. Sequence and time stand beside an event, not in it.
 *
 * <p>Handlers cause the events of sessions; the aggregator adds those of the node and of the journal.
 */
public sealed interface LedgerEvent
        permits ExchangeCompleted,
                LedgerEvent.NodeStarted,
                LedgerEvent.NodeStopped,
                LedgerEvent.SessionIdsReserved,
                LedgerEvent.SessionOpened,
                LedgerEvent.ProtocolDetected,
                LedgerEvent.SessionRouted,
                LedgerEvent.OriginConnected,
                LedgerEvent.BytesTransferred,
                LedgerEvent.SessionClosed,
                LedgerEvent.ConnectionRefused,
                LedgerEvent.InterceptionBypassed,
                LedgerEvent.CommandReceived,
                LedgerEvent.ConfigChanged,
                LedgerEvent.ConservationViolated,
                LedgerEvent.JournalGap,
                LedgerEvent.CheckpointBegun,
                LedgerEvent.CheckpointCounts,
                LedgerEvent.CheckpointConfig,
                LedgerEvent.CheckpointSession,
                LedgerEvent.CheckpointEnded,
                LedgerEvent.Seal,
                LedgerEvent.JournalPruned,
                LedgerEvent.EventsOmitted {
    /**
     * The node began to write. Sessions that were open before it ended with the node.
     *
     * @param nodeId stable name of this install
     * @param boot number of this start, from 1
     * @param version what was started
     * @param firstSessionId ids from this one on belong to this boot; none of them was ever used
     * @param idsReservedBelow ids below this one may be in use already, although no event names them yet
     */
    record NodeStarted(String nodeId, long boot, String version, long firstSessionId, long idsReservedBelow)
            implements LedgerEvent {}

    /**
     * The node ended in order; no session is open.
     *
     * @param nextSessionId no id from this one on was ever used
     */
    record NodeStopped(long nextSessionId) implements LedgerEvent {}

    /**
     * More session ids may be used from now on.
     *
     * @param below ids below this one may be in use although no event names them yet
     */
    record SessionIdsReserved(long below) implements LedgerEvent {}

    /**
     * A session began.
     *
     * @param sessionId never used before, below 2^53
     * @param parentId 0 or the id itself for a root session; the id of the intercepted tunnel for a child
     * @param protocol what it carries
     * @param method method of the request; {@code TUNNEL} for a tunnel that is passed on unread
     * @param host authority that the client asked for, as validated; empty if there was none
     * @param url target without user information and without the values of its query
     * @param remote address and port of the client
     * @param user who the client authenticated as; empty if nobody
     */
    record SessionOpened(
            long sessionId,
            long parentId,
            SessionProtocol protocol,
            String method,
            String host,
            String url,
            String remote,
            String user)
            implements LedgerEvent {
        /** Whether its bytes count in the global totals: it is not an exchange inside an intercepted tunnel. */
        public boolean isRoot() {
            return parentId == 0 || parentId == sessionId;
        }
    }

    /**
     * By what the session is carried. Comes with the opening, and again when more is known: the rule, once the address is, or another
     * way when the first one failed.
     *
     * @param route all that is known; replaces what was stated before
     */
    record SessionRouted(long sessionId, SessionRoute route) implements LedgerEvent {}

    /**
     * A tunnel's first bytes say what it carries, and that it is read from here on: it was opened as {@link SessionProtocol#HTTPS_TUNNEL}
     * and is an intercepted tunnel now, the root of exchanges.
     *
     * @param protocol {@link SessionProtocol#HTTPS_MITM} or {@link SessionProtocol#HTTP_MITM}
     */
    record ProtocolDetected(long sessionId, SessionProtocol protocol) implements LedgerEvent {}

    /**
     * The session's origin leg is connected.
     *
     * @param address the address and port that were connected, after resolution
     */
    record OriginConnected(long sessionId, String address) implements LedgerEvent {}

    /**
     * Bytes moved since the session's event before it.
     *
     * @param delta what to add
     */
    record BytesTransferred(long sessionId, Tally delta) implements LedgerEvent {}

    /**
     * A session ended.
     *
     * @param status status code that the client got; 0 if none
     * @param totals the handler's own totals, to be compared with the sum of the deltas
     */
    record SessionClosed(long sessionId, CloseReason reason, int status, Tally totals) implements LedgerEvent {}

    /**
     * A client or a destination was turned away.
     *
     * @param sessionId the session that counted what was said before; 0 if none was opened
     * @param remote address and port of the client
     * @param target what it asked for; empty if it was not heard
     * @param reason why, for people
     */
    record ConnectionRefused(long sessionId, String remote, String target, String reason) implements LedgerEvent {}

    /**
     * A host would be intercepted and for a while is not, because interception would break it: its tunnels are passed on unread.
     *
     * @param sessionId the session that showed it
     * @param host authority that is passed on
     * @param client address of the client for which it is; empty for all
     * @param reason why, for people
     * @param untilMillis when it is tried again, in ms since the epoch
     */
    record InterceptionBypassed(long sessionId, String host, String client, String reason, long untilMillis)
            implements LedgerEvent {}

    /**
     * Somebody gave a command.
     *
     * @param command its name, such as {@code closeConnection}, and for which sessions, if it concerns some of many
     * @param sessionId the session it concerns; 0 for all or some
     * @param by who gave it: name and address
     * @param why the reason that was given with it; empty if none was
     */
    record CommandReceived(String command, long sessionId, String by, String why) implements LedgerEvent {
        /** A command that came without a reason. */
        public CommandReceived(String command, long sessionId, String by) {
            this(command, sessionId, by, "");
        }
    }

    /**
     * The configuration in force from here on.
     *
     * @param version counts up from 1 with each change, over all boots
     * @param digest SHA-256 of its canonical form, in hex
     * @param summary who changed what, without secrets
     */
    record ConfigChanged(long version, String digest, String summary) implements LedgerEvent {}

    /**
     * Two counts that must agree do not. An alarm: the ledger or a handler is wrong.
     *
     * @param sessionId the session; 0 if it is the sum of all
     * @param what which law, for people
     * @param expected what the handler or the checkpoint says
     * @param found what the deltas add up to
     */
    record ConservationViolated(long sessionId, String what, Tally expected, Tally found) implements LedgerEvent {}

    /**
     * The journal could not be written for a while. The deltas of that time follow merged, so no byte is missing, only
     * when it moved.
     *
     * @param fromMillis when the first event had to wait
     * @param toMillis when writing went on
     * @param cause why, for people
     * @param carried what the deltas that waited add up to, over root sessions
     */
    record JournalGap(long fromMillis, long toMillis, String cause, Tally carried) implements LedgerEvent {}

    /**
     * A checkpoint begins: the state after the event before it. Its {@link CheckpointCounts}, {@link CheckpointConfig} and {@link CheckpointSession}s
     * and one {@link CheckpointEnded} follow with nothing in between.
     *
     * @param boot the boot in which it was taken
     * @param idsReservedBelow as {@link NodeStarted} has it
     * @param sessionsOpened how many sessions were ever opened
     * @param violations how many violations were ever found
     * @param totals sum over all root sessions of all time
     * @param open how many sessions are open, and so how many {@link CheckpointSession}s follow
     */
    record CheckpointBegun(
            long boot, long idsReservedBelow, long sessionsOpened, long violations, Tally totals, int open)
            implements LedgerEvent {}

    /**
     * What was counted besides bytes, in a checkpoint; those of the first versions have none.
     *
     * @param sinceSequence only what came after this event was counted; 0 if it is all
     * @param closed how many sessions were closed; only counts that are not 0
     * @param refused how many {@link ConnectionRefused} there were
     */
    record CheckpointCounts(long sinceSequence, List<Closed> closed, long refused) implements LedgerEvent {
        /** Copies the list. */
        public CheckpointCounts {
            closed = List.copyOf(closed);
        }

        /** So many sessions of that protocol were closed for that reason. */
        public record Closed(SessionProtocol protocol, CloseReason reason, long sessions) {}
    }

    /**
     * The configuration that is in force, in a checkpoint; there is none while no {@link ConfigChanged} was recorded.
     *
     * @param version as the last {@link ConfigChanged} had it
     * @param digest as the last {@link ConfigChanged} had it
     */
    record CheckpointConfig(long version, String digest) implements LedgerEvent {}

    /**
     * One open session in a checkpoint.
     *
     * @param openedAtMillis when it was opened
     * @param originAddress as {@link OriginConnected} had it; empty before
     * @param totals its sum so far
     * @param route as {@link SessionRouted} had it; {@link SessionRoute#NONE} if there was none
     */
    record CheckpointSession(
            SessionOpened opened, long openedAtMillis, String originAddress, Tally totals, SessionRoute route)
            implements LedgerEvent {
        /** One of which no route is known. */
        public CheckpointSession(SessionOpened opened, long openedAtMillis, String originAddress, Tally totals) {
            this(opened, openedAtMillis, originAddress, totals, SessionRoute.NONE);
        }
    }

    /**
     * The checkpoint is whole.
     *
     * @param beginSequence sequence of its {@link CheckpointBegun}
     */
    record CheckpointEnded(long beginSequence) implements LedgerEvent {}

    /**
     * The records so far, bound together and signed: who changes one of them breaks it. Stands alone in its record. All digests,
     * keys and signatures are in lower-case hex. What is hashed and what is signed: {@code docs/journal-format.md}, "The seals".
     *
     * @param chainFirst the first event of the first seal's span: what came before it is not sealed
     * @param firstSequence the first event of the span, one more than the last of the seal before
     * @param lastSequence the last event of the span, the one before this seal; one less than {@code firstSequence} if it is empty
     * @param records how many records the chain has up to {@code lastSequence}
     * @param nodeId the node's
     * @param boot the node's latest start up to {@code lastSequence}
     * @param publicKey the Ed25519 key (RFC 8032, 32 bytes) that the signature is of
     * @param previous digest of the seal before; zeros if there is none
     * @param digest SHA-256 over the one before and the span's records
     * @param signature Ed25519, 64 bytes
     */
    record Seal(
            long chainFirst,
            long firstSequence,
            long lastSequence,
            long records,
            String nodeId,
            long boot,
            String publicKey,
            String previous,
            String digest,
            String signature)
            implements LedgerEvent {}

    /**
     * The journal's beginning was removed, or is about to be: what retention allowed to go. Comes before the files go.
     *
     * @param firstKept the first event that stays
     * @param sinceMillis when the journal's very first event happened, in ms since the epoch; 0 if that is not known
     * @param files how many files go
     * @param bytes how long they are together
     * @param by who asked for it
     * @param why the reason, such as the age that was passed
     */
    record JournalPruned(long firstKept, long sinceMillis, long files, long bytes, String by, String why)
            implements LedgerEvent {}

    /**
     * Events that are not in this journal, from this event's own sequence on. The only event of its record; the next has the
     * sequence {@code lastSequence + 1}.
     *
     * @param lastSequence the last one that is left out
     * @param isLost whether what they said is lost; else they were deltas that others nearby have in them, or seals
     * @param cause what happened
     */
    record EventsOmitted(long lastSequence, boolean isLost, String cause) implements LedgerEvent {}
}
