package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RELOAD;
import static io.weir.launcher.config.Applied.RESTART;
import static io.weir.launcher.config.Terms.AUTO;
import static io.weir.launcher.config.Terms.NONE;

import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.Network;
import io.weir.proxyengine.PrivateDestinations;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of the section proxy: where clients connect, who they are, where they may go, and how sockets are talked to. See {@link Keys}. Immutable. */
public final class ProxyKeys {
    /** How to talk to sockets. */
    enum TransportName {
        AUTO,
        SPLICE,
        EPOLL,
        NIO
    }

    static final Key<List<Types.Listener>> LISTEN = Key.list(
                    "proxy.listen",
                    Types.LISTENER,
                    RELOAD,
                    "Where clients connect. Port 0 takes a free one. KIND is http, https, socks5 or mixed; http if it is left out.",
                    "127.0.0.1:8080")
            .option("--listen", "[KIND://]HOST:PORT");
    public static final Key<Boolean> ALLOW_OPEN = Key.one(
                    "proxy.allow-open",
                    Types.FLAG,
                    "false",
                    RELOAD,
                    "Listen on addresses other than loopback although not every client needs a password.")
            .option("--allow-open", "");
    static final Key<Optional<Path>> USERS = Key.one(
                    "proxy.users",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RELOAD,
                    "Ask clients for a user and a password of this file: lines of name:hash, bcrypt or argon2id (htpasswd -B). Edit it with weir"
                            + " user; a change of the file counts within seconds.")
            .option("--users", "FILE");
    static final Key<List<Network>> NO_AUTH_FROM = Key.list(
                    "proxy.no-auth-from",
                    Types.NETWORK,
                    RELOAD,
                    "From where clients need no user: networks or addresses.")
            .option("--no-auth-from", "NETWORK");
    static final Key<String> AUTH_REALM = Key.one(
                    "proxy.auth-realm",
                    Types.WORDS,
                    AccessConfig.REALM,
                    RELOAD,
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
            "Whether clients may go to loopback and private addresses. With auto, only while every listener is on loopback, and has been since the start.");
    static final Key<List<InetSocketAddress>> REFUSED_DESTINATIONS = Key.list(
            "proxy.refused-destinations",
            Types.ADDRESS,
            RELOAD,
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

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(
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
            NODE_NAME);

    private ProxyKeys() {}
}
