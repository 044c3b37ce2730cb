package io.weir.proxyengine;

import io.netty.channel.EventLoop;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns names into addresses without blocking: the hosts file first, then DNS by Netty's resolver over UDP, and TCP for what was
 * truncated. One an event loop, made when the loop sees its first name; the cache is shared by all loops.
 */
final class NameResolver {
    private static final int TTL_MAX_SECONDS = 300;
    private static final int NEGATIVE_TTL_SECONDS = 2;

    private final EventLoop loop;
    private final EngineConfig config;
    private final DnsCache cache;
    private @Nullable DnsNameResolver resolver;

    NameResolver(EventLoop loop, EngineConfig config, DnsCache cache) {
        this.loop = loop;
        this.config = config;
        this.cache = cache;
    }

    static DnsCache newCache() {
        return new DefaultDnsCache(0, TTL_MAX_SECONDS, NEGATIVE_TTL_SECONDS);
    }

    /** All addresses of {@code host}. Event loop only. */
    Future<List<InetAddress>> resolve(String host) {
        DnsNameResolver dns = resolver;
        if (dns == null) {
            dns = open();
            resolver = dns;
        }
        return dns.resolveAll(host);
    }

    /** The address of {@code host} if it has only one, and it is known now; no query. Event loop only. */
    @Nullable InetAddress onlyKnown(String host) {
        List<? extends DnsCacheEntry> entries = cache.get(host, null);
        return entries != null && entries.size() == 1 ? entries.get(0).address() : null;
    }

    private DnsNameResolver open() {
        var builder = new DnsNameResolverBuilder(loop)
                .datagramChannelType(config.network().transport().datagramChannel())
                .socketChannelType(config.network().transport().channel(), false)
                .resolveCache(cache)
                .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED)
                .queryTimeoutMillis(Math.max(500, config.timeouts().connect().toMillis() / 2))
                .maxQueriesPerResolve(8)
                .ndots(1);
        if (!config.network().nameServers().isEmpty()) {
            builder.nameServerProvider(new SequentialDnsServerAddressStreamProvider(
                    config.network().nameServers()));
        }
        return builder.build();
    }

    void close() {
        if (resolver != null) {
            resolver.close();
        }
    }
}
