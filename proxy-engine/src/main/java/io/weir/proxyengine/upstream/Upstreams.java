package io.weir.proxyengine.upstream;

import io.weir.proxyengine.tls.OriginTls;
import io.weir.proxyengine.tls.TlsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The upstreams in force: a state of them, with the nodes that outlive a change of the others. Any thread. */
public final class Upstreams {
    /** Where there are none. */
    public static final Upstreams NONE = new Upstreams(UpstreamsConfig.NONE, Map.of());

    private final UpstreamsConfig config;
    private final Map<String, UpstreamNode> nodes;
    private final Map<String, UpstreamRoute> routes = new HashMap<>();

    private Upstreams(UpstreamsConfig config, Map<String, UpstreamNode> nodes) {
        this.config = config;
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
     * Reads the files that are named, and takes over the nodes that stay as they were. Blocks.
     *
     * @throws UpstreamException naming what is wrong; then {@code before} stays as it was
     */
    public static Upstreams open(UpstreamsConfig config, Upstreams before) {
        List<String> faults = config.faults();
        if (!faults.isEmpty()) {
            throw new UpstreamException(String.join("; ", faults));
        }
        Map<String, UpstreamNode> nodes = new LinkedHashMap<>();
        for (Upstream each : config.upstreams()) {
            UpstreamNode old = before.nodes.get(each.name());
            nodes.put(each.name(), node(each, old));
        }
        return new Upstreams(config, nodes);
    }

    private static UpstreamNode node(Upstream config, @Nullable UpstreamNode old) {
        Path file = config.credentials();
        UpstreamCredentials credentials = file == null ? null : UpstreamCredentials.read(config, file);
        boolean isSame =
                old != null && old.config().equals(config) && java.util.Objects.equals(old.credentials(), credentials);
        return isSame && old != null
                ? old
                : new UpstreamNode(config, credentials, tls(config), System.currentTimeMillis());
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
        try {
            OriginTls tls = tls(config);
            if (tls != null) {
                tls.close();
            }
        } catch (UpstreamException e) {
            faults.add(String.valueOf(e.getMessage()));
        }
        return faults;
    }

    private static @Nullable OriginTls tls(Upstream config) {
        if (config.kind() != UpstreamKind.HTTPS) {
            return null;
        }
        UpstreamTls tls = config.tls();
        try {
            return OriginTls.of(tls.ca() == null ? null : OriginTls.readPem(tls.ca()), tls.certificate(), tls.key());
        } catch (TlsException e) {
            throw new UpstreamException("upstream " + config.name() + ": " + e.getMessage(), e);
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

    /** Gives back what the nodes have that are not in {@code next}. */
    public void leaveTo(Upstreams next) {
        for (UpstreamNode each : nodes.values()) {
            if (!each.equals(next.nodes.get(each.name()))) {
                each.close();
            }
        }
    }
}
