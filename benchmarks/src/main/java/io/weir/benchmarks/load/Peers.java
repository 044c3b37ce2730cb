package io.weir.benchmarks.load;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The proxies that are known, each with a small configuration: loopback only, a worker for each core where it can have
 * several, connections kept, nothing cached, no access log, 20,000 files. What is not said here is the proxy's default.
 */
final class Peers {
    static final String WEIR = "weir";

    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final int FILES = 20_000;
    private static final String NO_LOG = "off";
    private static final String JOURNAL = "its journal, as always";
    private static final String ORIGIN_CA = "origin-ca.pem";

    /** Of the user that Weir knows where it asks. */
    static final String CREDENTIALS = "load:load";

    private static final String USER = "load:$2y$10$TGqTgl7CvxYrgqcx2Lf1n.7dy1KWwINiV.XYQi0USZZIOieVdXl1a\n";
    private static final int LISTED_NAMES = 1_000_000;
    private static final int LISTED_NETWORKS = 100_000;

    private Peers() {}

    /** All that are known, installed or not; Weir first. */
    static List<Peer> all(Path weirHome) {
        return List.of(
                new Peer(WEIR, "Weir", weirHome.resolve("weir").toString(), "version", "", Peers::weir, JOURNAL),
                new Peer("trafficserver", "Traffic Server", "traffic_server", "-V", "", Peers::trafficServer, NO_LOG),
                new Peer("squid", "Squid", "squid", "-v", "", Peers::squid, NO_LOG),
                new Peer(
                        "tinyproxy",
                        "tinyproxy",
                        "tinyproxy",
                        "-v",
                        "",
                        Peers::tinyproxy,
                        "critical errors, to /dev/null"),
                new Peer("privoxy", "Privoxy", "privoxy", "--version", "", Peers::privoxy, NO_LOG));
    }

    /** Those that intercept TLS, set up to do so for every host and to trust the origin's authority; Weir first. */
    static List<Peer> intercepting(Path weirHome) {
        return List.of(
                new Peer(
                        WEIR,
                        "Weir",
                        weirHome.resolve("weir").toString(),
                        "version",
                        "",
                        Peers::weirThatIntercepts,
                        JOURNAL),
                new Peer("squid", "Squid", "squid", "-v", "--enable-ssl-crtd", Peers::squidThatIntercepts, NO_LOG),
                new Peer("mitmproxy", "mitmproxy", "mitmdump", "--version", "", Peers::mitmproxy, NO_LOG));
    }

    private static List<String> weir(Path folder, int port) {
        return List.of(
                "proxy",
                "--listen",
                "127.0.0.1:" + port,
                "--gateway",
                "127.0.0.1:" + RunningProxy.gatewayPort(port),
                "--data",
                dataOf(folder).toString());
    }

    /** Weir that asks who clients are, and by rules what they may, with lists as long as people have them; to be named. */
    static Peer withAccess(Path weirHome) {
        return new Peer(
                WEIR + "-access",
                "Weir with users, rules and a million names",
                weirHome.resolve("weir").toString(),
                "version",
                "",
                Peers::weirWithAccess,
                JOURNAL);
    }

    private static List<String> weirWithAccess(Path folder, int port) throws IOException {
        Path users = write(folder, "users", USER);
        write(
                folder,
                "names",
                IntStream.range(0, LISTED_NAMES)
                        .mapToObj(i -> "ads" + i + ".tracker" + i % 977 + ".example")
                        .collect(Collectors.joining("\n")));
        write(
                folder,
                "networks",
                IntStream.range(0, LISTED_NETWORKS)
                        .mapToObj(i -> "20." + (i >> 16) + '.' + (i >> 8 & 255) + '.' + (i & 255))
                        .collect(Collectors.joining("\n")));
        Path rules = write(folder, "rules", """
                refuse host=list:names name=ads
                refuse address=list:networks name=networks
                refuse host=*.tracker.*,/^ads[0-9]+\\./ name=patterns
                allow user=load client=127.0.0.0/8 name=users
                refuse name=rest
                """);
        List<String> options = new ArrayList<>(weir(folder, port));
        options.addAll(List.of("--users", users.toString(), "--rules", rules.toString()));
        return options;
    }

    private static List<String> weirThatIntercepts(Path folder, int port) {
        List<String> options = new ArrayList<>(weir(folder, port));
        options.addAll(List.of("--intercept", "--trust", originCaFor(folder).toString()));
        return options;
    }

    /** Where the certificate is of who has issued the origin's, for a proxy that was started in a folder. */
    static Path originCaFor(Path folder) {
        return folder.resolveSibling(ORIGIN_CA);
    }

    /** Where Weir's journal is, if it was started in a folder. */
    static Path dataOf(Path folder) {
        return folder.resolve("data");
    }

    private static List<String> tinyproxy(Path folder, int port) throws IOException {
        Path file = write(folder, "tinyproxy.conf", """
                Port %d
                Listen 127.0.0.1
                Timeout 600
                MaxClients %d
                Allow 127.0.0.0/8
                LogLevel Critical
                LogFile "/dev/null"
                """.formatted(port, FILES));
        return List.of("-d", "-c", file.toString());
    }

    private static List<String> squid(Path folder, int port) throws IOException {
        return squid(folder, port, "http_port 127.0.0.1:" + port);
    }

    /** It compares the names in an origin's certificate, but not the addresses, so there it must not be strict. */
    private static List<String> squidThatIntercepts(Path folder, int port) throws IOException {
        Identity authority = Identity.ofAuthority("Squid under load");
        Path own = write(folder, "authority.pem", authority.authorityPem() + authority.keyPem());
        return squid(folder, port, """
                http_port 127.0.0.1:%d ssl-bump tls-cert=%s generate-host-certificates=on dynamic_cert_mem_cache_size=4MB
                sslcrtd_program %s
                sslcrtd_children 5 startup=%d
                ssl_bump bump all
                tls_outgoing_options cafile=%s
                sslproxy_cert_error allow ssl::certDomainMismatch
                sslproxy_cert_error deny all""".formatted(port, own, certificateHelper(), CORES, originCaFor(folder)));
    }

    private static Path certificateHelper() throws IOException {
        return Stream.of("/usr/lib/squid", "/usr/lib64/squid", "/usr/libexec/squid", "/usr/local/squid/libexec")
                .map(folder -> Path.of(folder, "security_file_certgen"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IOException("squid: no security_file_certgen beside it"));
    }

    private static List<String> squid(Path folder, int port, String listener) throws IOException {
        Path file = write(folder, "squid.conf", """
                %s
                workers %d
                acl loopback src 127.0.0.0/8
                http_access allow loopback
                http_access deny all
                cache deny all
                memory_cache_shared off
                access_log none
                cache_log %s/cache.log
                pid_filename %s/squid.pid
                coredump_dir %s
                max_filedescriptors %d
                shutdown_lifetime 1 seconds
                """.formatted(listener, CORES, folder, folder, folder, FILES));
        return List.of("--foreground", "-n", "weirload" + port, "-f", file.toString());
    }

    private static List<String> mitmproxy(Path folder, int port) {
        return List.of(
                "-q",
                "--listen-host",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "--set",
                "confdir=" + folder,
                "--set",
                "ssl_verify_upstream_trusted_ca=" + originCaFor(folder));
    }

    private static List<String> privoxy(Path folder, int port) throws IOException {
        Path file = write(folder, "privoxy.conf", """
                listen-address 127.0.0.1:%d
                max-client-connections %d
                keep-alive-timeout 60
                default-server-timeout 60
                connection-sharing 1
                socket-timeout 300
                debug 0
                """.formatted(port, FILES));
        return List.of("--no-daemon", file.toString());
    }

    private static List<String> trafficServer(Path folder, int port) throws IOException {
        for (String each : List.of("etc", "log", "run", "cache")) {
            open(Files.createDirectories(folder.resolve(each)));
        }
        write(folder, "etc/records.config", """
                CONFIG proxy.config.http.server_ports STRING %d:ip-in=127.0.0.1
                CONFIG proxy.config.exec_thread.autoconfig INT 0
                CONFIG proxy.config.exec_thread.limit INT %d
                CONFIG proxy.config.url_remap.remap_required INT 0
                CONFIG proxy.config.reverse_proxy.enabled INT 0
                CONFIG proxy.config.http.connect_ports STRING *
                CONFIG proxy.config.http.cache.http INT 0
                CONFIG proxy.config.http.transaction_no_activity_timeout_in INT 600
                CONFIG proxy.config.http.transaction_no_activity_timeout_out INT 600
                CONFIG proxy.config.net.connections_throttle INT %d
                CONFIG proxy.config.log.logging_enabled INT 0
                CONFIG proxy.config.diags.debug.enabled INT 0
                CONFIG proxy.config.admin.user_id STRING %s
                """.formatted(port, CORES, 2 * FILES, isRoot() ? "nobody" : "#-1"));
        write(folder, "etc/ip_allow.yaml", """
                ip_allow:
                  - apply: in
                    ip_addrs: 127.0.0.0/8
                    action: allow
                    methods: ALL
                """);
        write(folder, "etc/storage.config", folder.resolve("cache") + " 32M\n");
        Path root = write(folder, "runroot.yaml", """
                prefix: %1$s
                exec_prefix: /usr
                bindir: /usr/bin
                sbindir: /usr/sbin
                sysconfdir: %1$s/etc
                datadir: /usr/share/trafficserver
                includedir: /usr/include
                libdir: /usr/lib/trafficserver
                libexecdir: /usr/lib/trafficserver/modules
                localstatedir: %1$s
                runtimedir: %1$s/run
                logdir: %1$s/log
                cachedir: %1$s/cache
                """.formatted(folder));
        return List.of("--run-root=" + root);
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static Path write(Path folder, String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    /** Some proxies give up the rights of root and must still write their files; only the user can get at the parent. */
    static void open(Path folder) {
        File file = folder.toFile();
        file.setReadable(true, false);
        file.setExecutable(true, false);
        file.setWritable(true, false);
    }
}
