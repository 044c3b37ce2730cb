package io.weir.proxyengine.upstream;

import io.weir.proxyengine.tls.OriginTls;
import io.weir.proxyengine.tls.TlsException;
import io.weir.proxyengine.tls.VerifyThreads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The upstreams in force: a state of them, with the nodes that outlive a change of the others. Any thread.
 *
 * <p>All states that come of each other verify on the same threads, so that a handshake that is under way with an upstream that is no more can end.
 */
public final class Upstreams implements AutoCloseable {
    private final UpstreamsConfig config;
    private final VerifyThreads verifying;
    private final Map<String, UpstreamNode> nodes;
    private final Map<String, UpstreamRoute> routes = new HashMap<>();

    private Upstreams(UpstreamsConfig config, Map<String, UpstreamNode> nodes, VerifyThreads verifying) {
        this.config = config;
        this.verifying = verifying;
        this.nodes = nodes;
        nodes.forEach(
                (name, node) -> routes.put(name, new UpstreamRoute(name, UpstreamPolicy.FAILOVER, List.of(node))));
        for (UpstreamGroup group : config.groups()) {
            List<UpstreamNode> members = new ArrayList<>();
            for (String member : group.members()) {
                UpstreamNode node = nodes.get(member);
                if (node != null) {
                    members.add(node);
                }
            }
            routes.put(group.name(), new UpstreamRoute(group.name(), group.policy(), members));
        }
    }

    /**
     * Reads the files that are named. Blocks.
     *
     * @throws UpstreamException naming what is wrong
     */
    public static Upstreams open(UpstreamsConfig config) {
        return open(config, Map.of(), new VerifyThreads());
    }

    /**
     * Reads the files that are named, and takes over the nodes that stay as they are, files included. Blocks. This stays as it is.
     *
     * @return this, if nothing is another
     * @throws UpstreamException naming what is wrong
     */
    public Upstreams next(UpstreamsConfig other) {
        Upstreams next = open(other, nodes, verifying);
        return other.equals(config) && next.nodes.equals(nodes) ? this : next;
    }

    /** The names of those that are not the same as in {@code before}, in the order of the configuration. */
    public List<String> namesOfOthersThan(Upstreams before) {
        return nodes.values().stream()
                .filter(each -> !each.equals(before.nodes.get(each.name())))
                .map(UpstreamNode::name)
                .toList();
    }

    private static Upstreams open(UpstreamsConfig config, Map<String, UpstreamNode> before, VerifyThreads verifying) {
        List<String> faults = config.faults();
        if (!faults.isEmpty()) {
            throw new UpstreamException(String.join("; ", faults));
        }
        Map<String, UpstreamNode> nodes = new LinkedHashMap<>();
        for (Upstream each : config.upstreams()) {
            nodes.put(each.name(), node(each, before.get(each.name()), verifying));
        }
        return new Upstreams(config, nodes, verifying);
    }

    private static UpstreamNode node(Upstream config, @Nullable UpstreamNode old, VerifyThreads verifying) {
        Path file = config.credentials();
        UpstreamCredentials credentials = file == null ? null : UpstreamCredentials.read(config, file);
        String tlsFiles = config.tls().filesDigest(); // before they are read: a change meanwhile shows the next time
        return old != null && old.isOf(config, credentials, tlsFiles)
                ? old
                : new UpstreamNode(config, credentials, tls(config, verifying), tlsFiles, System.currentTimeMillis());
    }

    /** What is wrong with the files of an upstream; empty if nothing is. Blocks. */
    public static List<String> fileFaults(Upstream config) {
        List<String> faults = new ArrayList<>();
        Path file = config.credentials();
        try {
            if (file != null) {
                UpstreamCredentials.read(config, file);
            }
        } catch (UpstreamException e) {
            faults.add(String.valueOf(e.getMessage()));
        }
        try (var none = new VerifyThreads()) {
            tls(config, none);
        } catch (UpstreamException e) {
            faults.add(String.valueOf(e.getMessage()));
        }
        return faults;
    }

    private static @Nullable OriginTls tls(Upstream config, VerifyThreads verifying) {
        if (config.kind() != UpstreamKind.HTTPS) {
            return null;
        }
        UpstreamTls tls = config.tls();
        try {
            return OriginTls.of(
                    tls.ca() == null ? null : OriginTls.readPem(tls.ca()), tls.certificate(), tls.key(), verifying);
        } catch (TlsException e) {
            throw new UpstreamException(config, "upstream " + config.name() + ": " + e.getMessage(), e);
        }
    }

    /** As they were configured. */
    public UpstreamsConfig config() {
        return config;
    }

    /** Whether there are none, so that every session goes to its origin itself. */
    public boolean isEmpty() {
        return nodes.isEmpty();
    }

    /** Each upstream, in the order of the configuration. */
    public List<UpstreamNode> nodes() {
        return List.copyOf(nodes.values());
    }

    /** What a name stands for, of an upstream or a group; null if there is none any more. */
    public @Nullable UpstreamRoute route(String name) {
        return routes.get(name);
    }

    /** The name of where those go that no rule sends elsewhere. */
    public String usual() {
        return config.route();
    }

    /** How each is. */
    public List<UpstreamStatus> status() {
        return nodes.values().stream().map(UpstreamNode::status).toList();
    }

    /** Ends the handshakes that are under way, with these and with those before them. Once, when nobody goes by them any more. */
    @Override
    public void close() {
        verifying.close();
    }
}
