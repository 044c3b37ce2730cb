package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RELOAD;
import static io.weir.launcher.config.Applied.RELOAD_IF_INTERCEPTING;
import static io.weir.launcher.config.Applied.RESTART;

import io.weir.launcher.accesslog.AccessFormat;
import io.weir.launcher.logfile.LogFormat;
import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.Network;
import io.weir.proxyengine.PrivateDestinations;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The table of keys. All that is known of a key is its row: reading, checking, {@code weir config}, the options of {@code weir proxy}
 * and the table in {@code docs/configuration.md} come from it. Immutable.
 */
public final class Keys {
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration YEAR = Duration.ofDays(365);
    private static final long TIB = 1L << 40;
    private static final String AUTO = "auto";
    private static final String NONE = "none";
    private static final String ALL = "all";
    private static final String OFF = "off";
    private static final String PATTERNS = "HOST-PATTERN";
    private static final String TIME = "TIME";
    private static final String FORMAT = "FORMAT";

    /** How to talk to sockets. */
    enum TransportName {
        AUTO,
        SPLICE,
        EPOLL,
        NIO
    }

    /** How much is logged. */
    public enum Verbosity {
        /** Only what must be looked at. */
        ERROR,
        /** And what may have to be. */
        WARN,
        /** And what an operator would want to know. */
        INFO,
        /** And each connection. */
        DEBUG
    }

    public static final Key<Path> DATA = Key.one(
                    "data",
                    Types.PATH,
                    "./data",
                    RESTART,
                    "What outlives the process: journal, token, certificate authority, bodies.")
            .option("--data", "FOLDER");

    static final Key<List<Types.Listener>> LISTEN = Key.list(
                    "proxy.listen",
                    Types.LISTENER,
                    RESTART,
                    "Where clients connect. Port 0 takes a free one. KIND is http, https, socks5 or mixed; http if it is left out.",
                    "127.0.0.1:8080")
            .option("--listen", "[KIND://]HOST:PORT");
    public static final Key<Boolean> ALLOW_OPEN = Key.one(
                    "proxy.allow-open",
                    Types.FLAG,
                    "false",
                    RESTART,
                    "Listen on addresses other than loopback although not every client needs a password.")
            .option("--allow-open", "");
    static final Key<Optional<Path>> USERS = Key.one(
                    "proxy.users",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RESTART,
                    "Ask clients for a user and a password of this file: lines of name:hash, bcrypt or argon2id (htpasswd -B). Edit it with weir"
                            + " user; a change of the file counts within seconds.")
            .option("--users", "FILE");
    static final Key<List<Network>> NO_AUTH_FROM = Key.list(
                    "proxy.no-auth-from",
                    Types.NETWORK,
                    RESTART,
                    "From where clients need no user: networks or addresses.")
            .option("--no-auth-from", "NETWORK");
    static final Key<String> AUTH_REALM = Key.one(
                    "proxy.auth-realm",
                    Types.WORDS,
                    AccessConfig.REALM,
                    RESTART,
                    "What a client shows to whom it asks for the password.")
            .option("--auth-realm", "TEXT");
    static final Key<Optional<Path>> RULES = Key.one(
                    "proxy.rules",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RELOAD,
                    "What clients may ask for: lines of allow or refuse with conditions; the first that a request meets decides. A change of the"
                            + " file counts within seconds. Try it with weir rules.")
            .option("--rules", "FILE");
    public static final Key<List<Types.NamedUpstream>> UPSTREAMS = Key.list(
            "proxy.upstreams",
            Types.UPSTREAM,
            RELOAD,
            "Proxies that sessions may go through; KIND is http, https or socks5. A user and a password are in a file that SETTINGS name:"
                    + " credentials=FILE.");
    public static final Key<List<Types.NamedGroup>> UPSTREAM_GROUPS = Key.list(
            "proxy.upstream-groups",
            Types.UPSTREAM_GROUP,
            RELOAD,
            "Groups of them, of which each session takes a member that is up, in the order of the policy.");
    public static final Key<Types.Way> UPSTREAM = Key.one(
                    "proxy.upstream",
                    Types.WAY,
                    "direct",
                    RELOAD,
                    "Where sessions go that no rule sends elsewhere: to their origin, or through an upstream.")
            .option("--upstream", "NAME|URL");
    static final Key<List<String>> RULE_LINES = Key.list(
            "rules",
            Types.RULE,
            RELOAD,
            "What clients may ask for: each is a line of allow or refuse with conditions, and the first that a request meets decides. Lists that they"
                    + " name are looked for in the folder that the process runs in. In a file of their own they are named by proxy.rules.");
    public static final Key<Optional<Long>> MAX_CONNECTIONS = Key.one(
            "proxy.max-connections",
            Types.orWord(AUTO, Types.count(1, 1_000_000)),
            AUTO,
            RELOAD,
            "Client connections at once; beyond them nothing is accepted. With auto, as many as there are files for.");
    public static final Key<PrivateDestinations> PRIVATE_DESTINATIONS = Key.one(
            "proxy.private-destinations",
            Types.choice(PrivateDestinations.class),
            AUTO,
            RELOAD,
            "Whether clients may go to loopback and private addresses. With auto, only while every listener is on loopback.");
    static final Key<List<InetSocketAddress>> REFUSED_DESTINATIONS = Key.list(
            "proxy.refused-destinations",
            Types.ADDRESS,
            RESTART,
            "Further addresses that no client may reach, besides the node's own.");
    static final Key<List<InetSocketAddress>> NAME_SERVERS = Key.list(
            "proxy.name-servers",
            Types.ADDRESS,
            RESTART,
            "Whom to ask for names; those of the system if there are none.");
    static final Key<Optional<Long>> EVENT_LOOPS = Key.one(
            "proxy.event-loops",
            Types.orWord(AUTO, Types.count(1, 1024)),
            AUTO,
            RESTART,
            "Threads that carry traffic. With auto, one for each processor.");
    static final Key<TransportName> TRANSPORT = Key.one(
            "proxy.transport",
            Types.choice(TransportName.class),
            AUTO,
            RESTART,
            "How to talk to sockets: splice copies tunnels in the kernel, epoll does not, nio runs anywhere. With auto, the best that works.");
    static final Key<Long> RELAY_BUFFER = Key.one(
            "proxy.relay-buffer",
            Types.size(1024, 1 << 20),
            "128KiB",
            RESTART,
            "Buffer of an event loop through which tunnels are copied.");
    static final Key<Optional<String>> NODE_NAME = Key.one(
            "proxy.node-name",
            Types.orWord(AUTO, Types.NODE_NAME),
            AUTO,
            RESTART,
            "This node in Via fields. With auto, weir- and the node's id.");

    public static final Key<Duration> CONNECT = Key.one(
            "timeouts.connect",
            Types.time(MILLI, HOUR),
            "10s",
            RELOAD,
            "For a name to be resolved and an address to accept, and for a handshake with an intercepted origin.");
    public static final Key<Duration> HEAD = Key.one(
            "timeouts.head",
            Types.time(MILLI, HOUR),
            "10s",
            RELOAD,
            "For a request's head to arrive whole, from its first byte or the connection's start; absolute.");
    public static final Key<Duration> KEEP_ALIVE = Key.one(
            "timeouts.keep-alive",
            Types.time(MILLI, DAY),
            "60s",
            RELOAD,
            "How long a client or origin connection may wait for its next request.");
    public static final Key<Duration> EXCHANGE_IDLE = Key.one(
            "timeouts.exchange-idle",
            Types.time(MILLI, YEAR),
            "5m",
            RELOAD,
            "How long an exchange may stand still. One that has begun keeps the old value.");
    public static final Key<Duration> TUNNEL_IDLE = Key.one(
            "timeouts.tunnel-idle",
            Types.time(MILLI, YEAR),
            "1h",
            RELOAD,
            "How long a tunnel may stand still. An open one keeps the old value.");
    public static final Key<Duration> DRAIN = Key.one(
                    "timeouts.drain",
                    Types.time(Duration.ZERO, DAY),
                    "5s",
                    RELOAD,
                    "How long open sessions may go on after a signal to stop.")
            .option("--drain", TIME);

    static final Key<Optional<Long>> SESSIONS = Key.one(
            "limits.sessions",
            Types.orWord(NONE, Types.count(1, 10_000_000)),
            NONE,
            RELOAD,
            "Sessions open at once: tunnels and plain exchanges. What begins beyond them is answered with 503.");
    static final Key<Optional<Long>> SESSIONS_PER_USER = Key.one(
            "limits.sessions-per-user",
            Types.orWord(NONE, Types.count(1, 10_000_000)),
            NONE,
            RELOAD,
            "Sessions of one user open at once. What begins beyond them is answered with 429.");
    static final Key<Optional<Long>> SESSIONS_PER_CLIENT = Key.one(
            "limits.sessions-per-client",
            Types.orWord(NONE, Types.count(1, 10_000_000)),
            NONE,
            RELOAD,
            "Sessions of one client address open at once; of IPv6 addresses the first 64 bits count. What begins beyond them is answered with"
                    + " 429.");
    static final Key<Optional<Long>> QUOTA_DAY = Key.one(
            "limits.quota-day",
            Types.orWord(NONE, Types.size(1, 1024 * TIB)),
            NONE,
            RELOAD,
            "Bytes that each user may move in a day, in UTC, in both directions together. Then open sessions end, and new ones are answered with"
                    + " 429.");
    static final Key<Optional<Long>> QUOTA_MONTH = Key.one(
            "limits.quota-month", Types.orWord(NONE, Types.size(1, 1024 * TIB)), NONE, RELOAD, "The same for a month.");
    static final Key<List<UserQuota>> QUOTAS = Key.list(
            "limits.quotas", Types.USER_QUOTA, RELOAD, "Quotas of single users, in the place of those of everybody.");

    public static final Key<List<String>> INTERCEPT = Key.list(
                    "intercept.hosts",
                    Types.HOST_PATTERN,
                    RELOAD_IF_INTERCEPTING,
                    "Read HTTPS and HTTP inside tunnels, and record every exchange: of these hosts. Clients must trust this install's CA: weir ca"
                            + " install-help.")
            .option("--intercept", PATTERNS)
            .alone("*");
    public static final Key<List<String>> INTERCEPT_EXCEPT = Key.list(
                    "intercept.except",
                    Types.HOST_PATTERN,
                    RELOAD_IF_INTERCEPTING,
                    "Hosts whose tunnels are passed on unread all the same.")
            .option("--intercept-except", PATTERNS);
    static final Key<List<Path>> TRUST = Key.list(
                    "intercept.trust",
                    Types.PATH,
                    RESTART,
                    "PEM files with authorities of origins to trust besides those of the JDK.")
            .option("--trust", "FILE");
    public static final Key<List<String>> INSECURE_ORIGIN = Key.list(
                    "intercept.insecure-origin",
                    Types.HOST_PATTERN,
                    RELOAD_IF_INTERCEPTING,
                    "Hosts whose certificate is not checked when they are intercepted.")
            .option("--insecure-origin", PATTERNS);
    static final Key<List<String>> REDACT = Key.list(
                    "intercept.redact",
                    Types.FIELD_NAME,
                    RESTART,
                    "Header fields and query parameters whose values are not recorded, besides the usual ones.")
            .option("--redact", "NAME");
    static final Key<Duration> BYPASS_TIME = Key.one(
                    "intercept.bypass-time",
                    Types.time(MILLI, YEAR),
                    "10m",
                    RESTART,
                    "How long a host is passed on unread after interception would have broken it.")
            .option("--bypass-time", TIME);

    public static final Key<Optional<Long>> BANDWIDTH = Key.one(
            "limits.bandwidth",
            Types.orWord(NONE, Types.size(1024, TIB)),
            NONE,
            RELOAD,
            "Payload per second of all sessions together: so much up, and as much down. Who begins while there is none is not limited by it later.");
    public static final Key<Optional<Long>> BANDWIDTH_PER_USER = Key.one(
            "limits.bandwidth-per-user",
            Types.orWord(NONE, Types.size(1024, TIB)),
            NONE,
            RELOAD,
            "The same for the sessions of each user together.");
    public static final Key<Optional<Long>> BANDWIDTH_PER_SESSION = Key.one(
            "limits.bandwidth-per-session",
            Types.orWord(NONE, Types.size(1024, TIB)),
            NONE,
            RELOAD,
            "The same for each session: a tunnel, or a client's connection of plain HTTP. A rule can set a lower one.");
    static final Key<List<UserBandwidth>> BANDWIDTHS = Key.list(
            "limits.bandwidths",
            Types.USER_BANDWIDTH,
            RELOAD,
            "Bandwidths of single users, in the place of limits.bandwidth-per-user.");

    static final Key<List<String>> CAPTURE = Key.list(
                    "capture.hosts",
                    Types.HOST_PATTERN,
                    RESTART,
                    "Store the bodies of intercepted exchanges with these hosts in the data folder.")
            .option("--capture-bodies", PATTERNS)
            .alone("*");
    static final Key<Long> CAPTURE_LIMIT = Key.one(
                    "capture.limit", Types.size(1, TIB), "10MiB", RESTART, "A larger body is not stored.")
            .option("--capture-limit", "SIZE");
    static final Key<Duration> CAPTURE_KEEP = Key.one(
                    "capture.keep",
                    Types.time(MILLI, Duration.ofDays(3650)),
                    "7d",
                    RESTART,
                    "How long a stored body is kept.")
            .option("--capture-keep", TIME);
    static final Key<Long> CAPTURE_TOTAL = Key.one(
                    "capture.total",
                    Types.size(1, 1024 * TIB),
                    "1GiB",
                    RESTART,
                    "Room for all stored bodies; the oldest go first.")
            .option("--capture-total", "SIZE");
    static final Key<Long> CAPTURE_QUEUE = Key.one(
            "capture.queue",
            Types.size(1 << 20, TIB),
            "64MiB",
            RESTART,
            "Memory for bodies that are not written yet; what does not fit is not stored.");

    static final Key<InetSocketAddress> GATEWAY = Key.one(
                    "gateway.listen", Types.ADDRESS, "127.0.0.1:9090", RESTART, "Where the dashboard and its API are.")
            .option("--gateway", "HOST:PORT");
    static final Key<Optional<Path>> GATEWAY_CERT = Key.one(
                    "gateway.cert",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RESTART,
                    "PEM file with the gateway's certificate and those that signed it: it is then reached over https only.")
            .option("--gateway-cert", "FILE");
    static final Key<Optional<Path>> GATEWAY_KEY = Key.one(
                    "gateway.key",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RESTART,
                    "PEM file with that certificate's private key.")
            .option("--gateway-key", "FILE");
    public static final Key<List<String>> GATEWAY_ALLOW = Key.list(
                    "gateway.allow",
                    Types.HOST_AND_PORT,
                    RELOAD,
                    "Further names that browsers reach the gateway by, as behind a reverse proxy. Without a port, 80 and 443 are meant.")
            .option("--gateway-allow", "HOST[:PORT]");
    static final Key<Boolean> GATEWAY_ALLOW_PLAIN = Key.one(
                    "gateway.allow-plain",
                    Types.FLAG,
                    "false",
                    RESTART,
                    "Let the gateway listen on addresses other than loopback without TLS.")
            .option("--gateway-allow-plain", "");

    static final Key<Duration> SYNC_INTERVAL = Key.one(
            "journal.sync-interval",
            Types.time(MILLI, HOUR),
            "1s",
            RESTART,
            "How long an event may wait until it survives the end of the machine.");
    static final Key<Duration> TICK = Key.one(
            "journal.snapshot-tick",
            Types.time(MILLI, Duration.ofMinutes(1)),
            "10ms",
            RESTART,
            "How often a new snapshot for the gateway may be taken.");
    static final Key<Optional<Long>> FREE_SPACE = Key.one(
            "journal.free-space-floor",
            Types.orWord(AUTO, Types.size(0, 1024 * TIB)),
            AUTO,
            RESTART,
            "Free space on the disk below which nothing is journaled and no session begins. With auto, 1 GiB, or 5 % of a disk smaller than 20"
                    + " GiB.");
    static final Key<Long> CHECKPOINT_EVENTS = Key.one(
            "journal.checkpoint-events",
            Types.count(1, 1_000_000_000_000L),
            "1000000",
            RESTART,
            "A checkpoint is due after so many events.");
    static final Key<Duration> CHECKPOINT_INTERVAL = Key.one(
            "journal.checkpoint-interval",
            Types.time(MILLI, YEAR),
            "10m",
            RESTART,
            "A checkpoint is due after this time, if anything changed.");
    static final Key<Duration> RETRY_INTERVAL = Key.one(
            "journal.retry-interval",
            Types.time(MILLI, HOUR),
            "250ms",
            RESTART,
            "How often a journal that cannot be written is tried again, and the free space looked at.");
    static final Key<Long> HELD_EVENTS = Key.one(
            "journal.held-events",
            Types.count(1, 100_000_000),
            "262144",
            RESTART,
            "Events that are kept in memory while the journal cannot be written.");
    static final Key<Duration> SEAL_INTERVAL = Key.one(
            "journal.seal-interval", Types.time(MILLI, DAY), "2s", RESTART, "How long an event may wait for its seal.");
    static final Key<Optional<Duration>> JOURNAL_KEEP_FOR = Key.one(
                    "journal.keep-for",
                    Types.orWord(ALL, Types.time(MILLI, Duration.ofDays(36_500))),
                    ALL,
                    RESTART,
                    "What is older is removed from the journal, an hour at a time; the totals survive, and the journal says what went.")
            .option("--journal-keep-for", "AGE");
    static final Key<Optional<Long>> JOURNAL_KEEP_SIZE = Key.one(
                    "journal.keep-size",
                    Types.orWord(ALL, Types.size(1, 1024 * TIB)),
                    ALL,
                    RESTART,
                    "The oldest hours are removed until the journal's files have so many bytes at most.")
            .option("--journal-keep-size", "SIZE");
    static final Key<Long> RING_SLOTS = Key.one(
                    "journal.ring-slots",
                    Types.powerOfTwo(2, 1 << 24),
                    "16384",
                    RESTART,
                    "Slots between the event loops and the ledger. A power of two.")
            .option("--ring-slots", "N");

    static final Key<Optional<Long>> OVERLOAD_HEAP = fill(
            "heap",
            "90",
            "How full the heap may be, of what lives, in percent, before no session begins. The other steps lie around it.");
    static final Key<Optional<Long>> OVERLOAD_DIRECT_MEMORY =
            fill("direct-memory", "90", "The same for memory outside the heap.");
    static final Key<Optional<Long>> OVERLOAD_FILES =
            fill("files", "95", "The same for open files, of the soft limit.");
    static final Key<Optional<Long>> OVERLOAD_RING = fill(
            "ring",
            "90",
            "The same for what waits for the ledger: one half is the ring, the other 65,536 sessions of an event loop that wait for the ring.");
    static final Key<Optional<Duration>> OVERLOAD_JOURNAL_LAG = Key.one(
            "overload.journal-lag",
            Types.orWord(OFF, Types.time(Duration.ofMillis(100), HOUR)),
            "10s",
            RELOAD,
            "How long an event may wait to be journaled before no session begins.");
    static final Key<Optional<Long>> OVERLOAD_DISK = fill(
            "disk",
            "90",
            "How near the journal's disk may come to its free-space-floor before no session begins: the floor in percent of what is free.");

    private static Key<Optional<Long>> fill(String gauge, String percent, String effect) {
        return Key.one("overload." + gauge, Types.orWord(OFF, Types.count(30, 99)), percent, RELOAD, effect);
    }

    public static final Key<Verbosity> LOG_LEVEL = Key.one(
                    "log.level",
                    Types.choice(Verbosity.class),
                    "info",
                    RELOAD,
                    "What is logged. With debug, a line or more for each connection.")
            .option("--log-level", "LEVEL");
    static final Key<Optional<Path>> LOG_FILE = Key.one(
                    "log.file",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RESTART,
                    "Where the log is written. With none, to stderr.")
            .option("--log-file", "FILE");
    static final Key<LogFormat> LOG_FORMAT = Key.one(
                    "log.format",
                    Types.choice(LogFormat.class),
                    "text",
                    RESTART,
                    "How: text, a line for each event and some for an exception; or json, an object in a line for each event.")
            .option("--log-format", FORMAT);
    static final Key<Long> LOG_MAX_SIZE = Key.one(
                    "log.max-size",
                    Types.size(4096, TIB),
                    "100MiB",
                    RESTART,
                    "When the log's file, or that of the access log, would become larger, it becomes FILE.1 and a new one begins.")
            .option("--log-max-size", "SIZE");
    static final Key<Long> LOG_KEEP = Key.one(
                    "log.keep", Types.count(1, 1000), "10", RESTART, "How many such earlier files are kept of each.")
            .option("--log-keep", "N");

    static final Key<Optional<Path>> ACCESS_LOG = Key.one(
                    "access-log.file",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RESTART,
                    "Write a line for each session there, out of the journal.")
            .option("--access-log", "FILE");
    static final Key<AccessFormat> ACCESS_LOG_FORMAT = Key.one(
                    "access-log.format",
                    Types.choice(AccessFormat.class),
                    "json",
                    RESTART,
                    "How: as web servers do, common or combined, or json with all that is known.")
            .option("--access-log-format", FORMAT);
    static final Key<Duration> ACCESS_LOG_OPEN_EVERY = Key.one(
                    "access-log.open-every",
                    Types.time(MILLI, HOUR),
                    "60s",
                    RESTART,
                    "How often a session that goes on has a line with its bytes so far.")
            .option("--access-log-open-every", TIME);

    /** Weir's keys. */
    public static final KeyTable TABLE = new KeyTable(List.of(
            DATA,
            RULE_LINES,
            LISTEN,
            ALLOW_OPEN,
            USERS,
            NO_AUTH_FROM,
            AUTH_REALM,
            RULES,
            UPSTREAMS,
            UPSTREAM_GROUPS,
            UPSTREAM,
            MAX_CONNECTIONS,
            PRIVATE_DESTINATIONS,
            REFUSED_DESTINATIONS,
            NAME_SERVERS,
            EVENT_LOOPS,
            TRANSPORT,
            RELAY_BUFFER,
            NODE_NAME,
            CONNECT,
            HEAD,
            KEEP_ALIVE,
            EXCHANGE_IDLE,
            TUNNEL_IDLE,
            DRAIN,
            SESSIONS,
            SESSIONS_PER_USER,
            SESSIONS_PER_CLIENT,
            QUOTA_DAY,
            QUOTA_MONTH,
            QUOTAS,
            BANDWIDTH,
            BANDWIDTH_PER_USER,
            BANDWIDTH_PER_SESSION,
            BANDWIDTHS,
            INTERCEPT,
            INTERCEPT_EXCEPT,
            TRUST,
            INSECURE_ORIGIN,
            REDACT,
            BYPASS_TIME,
            CAPTURE,
            CAPTURE_LIMIT,
            CAPTURE_KEEP,
            CAPTURE_TOTAL,
            CAPTURE_QUEUE,
            GATEWAY,
            GATEWAY_CERT,
            GATEWAY_KEY,
            GATEWAY_ALLOW,
            GATEWAY_ALLOW_PLAIN,
            SYNC_INTERVAL,
            TICK,
            FREE_SPACE,
            CHECKPOINT_EVENTS,
            CHECKPOINT_INTERVAL,
            RETRY_INTERVAL,
            HELD_EVENTS,
            SEAL_INTERVAL,
            JOURNAL_KEEP_FOR,
            JOURNAL_KEEP_SIZE,
            RING_SLOTS,
            OVERLOAD_HEAP,
            OVERLOAD_DIRECT_MEMORY,
            OVERLOAD_FILES,
            OVERLOAD_RING,
            OVERLOAD_JOURNAL_LAG,
            OVERLOAD_DISK,
            LOG_LEVEL,
            LOG_FILE,
            LOG_FORMAT,
            LOG_MAX_SIZE,
            LOG_KEEP,
            ACCESS_LOG,
            ACCESS_LOG_FORMAT,
            ACCESS_LOG_OPEN_EVERY));

    private Keys() {}
}
