package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.access.Credentials;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a SOCKS client says before its tunnel, and what it is answered: SOCKS5 (RFC 1928) without or with user and password (RFC 1929), SOCKS4 and
 * 4a. It takes whole messages only, so nothing it is given is lost or taken twice; each is bounded by its own lengths of one byte. One a
 * connection; event loop of it.
 *
 * <pre>
 * 5 n method*n            5 method             method 0 none, 2 user and password, 255 none of them
 * 1 n user*n m password*m 1 status             status 0 granted
 * 5 command 0 type host port:2                 type 1 four bytes, 3 n and n bytes of a name, 4 sixteen bytes
 * 4 command port:2 ip:4 user 0 [name 0]        a name if ip is 0.0.0.x, x not 0
 * </pre>
 */
final class SocksHandshake {
    /** What to do next. */
    enum Step {
        /** Wait for more of the message. */
        MORE,
        /** Send {@link #answer} and go on. */
        ANSWER,
        /** Find out whether {@link #credentials} are right, and say it with {@link #granted} or {@link #denied}. */
        CHECK,
        /** Open a tunnel to {@link #authority}. */
        REQUEST,
        /** Send {@link #lastAnswer}, if there is any, and end with {@link #refusal}. */
        REFUSED
    }

    private static final int VERSION_5 = 5;
    private static final int VERSION_4 = 4;
    private static final int CONNECT = 1;
    private static final int NO_AUTHENTICATION = 0;
    private static final int USER_AND_PASSWORD = 2;
    /** Of a SOCKS4 client's user, and of the name that it asks for. */
    private static final int TEXT_MAX = 255;

    private static final ByteBuf NO_METHOD = SocksReplies.constant(VERSION_5, 0xff);
    private static final ByteBuf METHOD_NONE = SocksReplies.constant(VERSION_5, NO_AUTHENTICATION);
    private static final ByteBuf METHOD_USER = SocksReplies.constant(VERSION_5, USER_AND_PASSWORD);
    private static final ByteBuf GRANTED = SocksReplies.constant(1, 0);
    private static final ByteBuf NOT_GRANTED = SocksReplies.constant(1, 1);
    private static final ByteBuf NEEDS_USER = SocksReplies.constant(0, 0x5d, 0, 0, 0, 0, 0, 0);

    private enum Expected {
        GREETING,
        PASSWORD,
        REQUEST
    }

    private final boolean asksForUser;
    private Expected expected = Expected.GREETING;
    private TunnelReply reply = TunnelReply.SOCKS5;
    private ByteBuf answer = Unpooled.EMPTY_BUFFER;
    private @Nullable Authority authority;
    private @Nullable Refusal refusal;
    private @Nullable Credentials credentials;
    private int taken;
    private boolean repliesRefusal;

    /**
     * Makes one.
     *
     * @param asksForUser whether the client must say who it is
     */
    SocksHandshake(boolean asksForUser) {
        this.asksForUser = asksForUser;
    }

    /** The same, for a client that has said nothing. */
    static SocksHandshake with(EngineLoop loop, Caller caller) {
        LoopAccess access = loop.access();
        return new SocksHandshake(access != null && access.asks(caller));
    }

    /** Takes the next message, if all of it is there. {@link #taken} says how many bytes it has; 0 if it is not. */
    Step take(byte[] bytes, int from, int to) {
        taken = 0;
        answer = Unpooled.EMPTY_BUFFER;
        if (from == to) {
            return Step.MORE;
        }
        return switch (expected) {
            case GREETING -> bytes[from] == VERSION_4 ? request4(bytes, from, to) : greeting(bytes, from, to);
            case PASSWORD -> password(bytes, from, to);
            case REQUEST -> request5(bytes, from, to);
        };
    }

    int taken() {
        return taken;
    }

    /** To be sent; the caller releases it. */
    ByteBuf answer() {
        return answer.retainedDuplicate();
    }

    /** How the request is to be answered. */
    TunnelReply reply() {
        return reply;
    }

    /** Who the client says it is. */
    Credentials credentials() {
        if (credentials == null) {
            throw new IllegalStateException("nobody has said who it is");
        }
        return credentials;
    }

    /** They are right: send {@link #answer} and go on. */
    void granted() {
        answer = GRANTED;
        expected = Expected.REQUEST;
        credentials = null;
    }

    /** They are not, or nobody could look: send {@link #lastAnswer} and end. */
    void denied(Refusal why) {
        answer = NOT_GRANTED;
        refusal = why;
        credentials = null;
    }

    /** What was asked for is not to be had, for this reason: send {@link #lastAnswer} and end. */
    void refused(Refusal why) {
        refusal = why;
        repliesRefusal = true;
    }

    Authority authority() {
        if (authority == null) {
            throw new IllegalStateException("there is no request yet");
        }
        return authority;
    }

    Refusal refusal() {
        if (refusal == null) {
            throw new IllegalStateException("nothing was refused");
        }
        return refusal;
    }

    private Step greeting(byte[] bytes, int from, int to) {
        if (bytes[from] != VERSION_5) {
            return malformed(to - from, "that is no SOCKS");
        }
        int length = to - from < 2 ? 2 : 2 + (bytes[from + 1] & 0xff);
        if (to - from < length) {
            return Step.MORE;
        }
        taken = length;
        int wanted = asksForUser ? USER_AND_PASSWORD : NO_AUTHENTICATION;
        for (int i = from + 2; i < from + length; i++) {
            if (bytes[i] == wanted) {
                expected = asksForUser ? Expected.PASSWORD : Expected.REQUEST;
                answer = asksForUser ? METHOD_USER : METHOD_NONE;
                return Step.ANSWER;
            }
        }
        answer = NO_METHOD;
        return denied("the client offers no way to say who it is that this proxy knows");
    }

    private Step password(byte[] bytes, int from, int to) {
        if (bytes[from] != 1) {
            return malformed(to - from, "that is no user and password");
        }
        int userBytes = to - from < 2 ? 0 : bytes[from + 1] & 0xff;
        int passwordAt = from + 2 + userBytes;
        if (to <= passwordAt) {
            return Step.MORE;
        }
        int end = passwordAt + 1 + (bytes[passwordAt] & 0xff);
        if (to < end) {
            return Step.MORE;
        }
        taken = end - from;
        credentials = Credentials.of(
                Arrays.copyOfRange(bytes, from + 2, passwordAt), Arrays.copyOfRange(bytes, passwordAt + 1, end));
        if (credentials == null) {
            answer = NOT_GRANTED;
            return denied("user or password is wrong");
        }
        return Step.CHECK;
    }

    private Step request5(byte[] bytes, int from, int to) {
        if (bytes[from] != VERSION_5) {
            return malformed(to - from, "that is no SOCKS5 request");
        }
        if (to - from < 5) {
            return Step.MORE;
        }
        int type = bytes[from + 3];
        int hostAt = type == 3 ? from + 5 : from + 4;
        int hostBytes = type == 1 ? 4 : type == 4 ? 16 : type == 3 ? bytes[from + 4] & 0xff : -1;
        if (hostBytes < 0) {
            taken = to - from; // its length is not known
            return refused(TunnelReply.ADDRESS_NOT_SUPPORTED, "an address is IPv4, a name, or IPv6");
        }
        int portAt = hostAt + hostBytes;
        if (to < portAt + 2) {
            return Step.MORE;
        }
        taken = portAt + 2 - from;
        if (bytes[from + 1] != CONNECT) {
            return refused(TunnelReply.COMMAND_NOT_SUPPORTED, "CONNECT is the only command here");
        }
        String host = type == 3 ? ascii(bytes, hostAt, portAt) : address(bytes, hostAt, portAt);
        return request(host, port(bytes, portAt));
    }

    private Step request4(byte[] bytes, int from, int to) {
        reply = TunnelReply.SOCKS4;
        int userAt = from + 8;
        int userEnd = to < userAt ? -1 : end(bytes, userAt, to);
        if (userEnd < 0) {
            return to - userAt > TEXT_MAX ? malformed(to - from, "the user is too long") : Step.MORE;
        }
        if (userEnd - userAt > TEXT_MAX) {
            return malformed(to - from, "the user is too long");
        }
        boolean named = bytes[from + 4] == 0 && bytes[from + 5] == 0 && bytes[from + 6] == 0 && bytes[from + 7] != 0;
        int nameEnd = named ? end(bytes, userEnd + 1, to) : userEnd;
        if (nameEnd < 0) {
            return to - userEnd > TEXT_MAX + 1 ? malformed(to - from, "the name is too long") : Step.MORE;
        }
        if (nameEnd - userEnd > TEXT_MAX + 1) {
            return malformed(to - from, "the name is too long");
        }
        taken = nameEnd + 1 - from;
        if (asksForUser) {
            answer = NEEDS_USER;
            return denied("SOCKS4 has no password, and this proxy asks for one");
        }
        if (bytes[from + 1] != CONNECT) {
            return refused(TunnelReply.COMMAND_NOT_SUPPORTED, "CONNECT is the only command here");
        }
        String host = named ? ascii(bytes, userEnd + 1, nameEnd) : address(bytes, from + 4, from + 8);
        return request(host, port(bytes, from + 2));
    }

    /** Where the 0 is that ends a text; -1 if it is not there yet. */
    private static int end(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    /** A name as it came: {@link Authority} refuses what is none. An IPv6 address as a name gets its brackets. */
    private static String ascii(byte[] bytes, int from, int to) {
        String name = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        return name.indexOf(':') >= 0 && !name.startsWith("[") ? '[' + name + ']' : name;
    }

    private static String address(byte[] bytes, int from, int to) {
        try {
            String text = InetAddress.getByAddress(Arrays.copyOfRange(bytes, from, to))
                    .getHostAddress();
            return text.indexOf(':') >= 0 ? '[' + text + ']' : text;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes are an address", e);
        }
    }

    private static int port(byte[] bytes, int at) {
        return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
    }

    private Step request(String host, int port) {
        authority = Authority.parse(host + ':' + port, 0);
        if (authority != null) {
            return Step.REQUEST;
        }
        return refused("http_request_error", "that is no destination");
    }

    /** What was said cannot be understood, so it cannot be answered either. */
    private Step malformed(int bytes, String why) {
        taken = bytes;
        refusal = Refusal.badRequest(why);
        return Step.REFUSED;
    }

    /** There is a reply for it. */
    private Step refused(String error, String why) {
        refusal = new Refusal(HttpResponseStatus.BAD_REQUEST, error, why, CloseReason.BAD_REQUEST);
        repliesRefusal = true;
        return Step.REFUSED;
    }

    private Step denied(String why) {
        refusal = new Refusal(
                HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED, "http_request_denied", why, CloseReason.DENIED);
        return Step.REFUSED;
    }

    /** What to send last to a client that is refused; the caller releases it. */
    ByteBuf lastAnswer(EngineLoop loop) {
        return repliesRefusal ? reply.refusal(loop, refusal()) : answer();
    }
}
