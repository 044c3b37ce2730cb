package io.weir.proxyengine.tls;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Mints leaves, on a thread of its own, and keeps those in use. Any thread; nothing waits.
 *
 * <p>What a flood of names can cost is bounded: {@value #KEPT_MAX} leaves are kept, {@value #WAITING_MAX} wait to be minted, and of these
 * {@value #WAITING_OF_ONE_MAX} for one client, so that one who invents names leaves room for the others. Who asks for a name that already
 * waits shares in it.
 */
public final class LeafCertificates implements AutoCloseable {
    private static final int KEPT_MAX = 10_000;
    private static final int WAITING_MAX = 1024;
    private static final int WAITING_OF_ONE_MAX = 64;

    /** What a flood may cost. */
    record Bounds(int kept, int waiting, int waitingOfOne) {}

    /** A leaf is good for a week; after a day it is minted anew. */
    private static final Duration KEPT_FOR = Duration.ofDays(1);

    /** None is handed out that ends within the hour, unless the CA does. */
    private static final Duration LEFT_MIN = Duration.ofHours(1);

    private final CertificateAuthority authority;
    private final Clock clock;
    private final Bounds bounds;
    private final Cache<String, Leaf> kept;
    private final ThreadPoolExecutor minting;

    /** Guards the two maps. Held for a few look-ups only. */
    private final Object lock = new Object();

    private final Map<String, CompletableFuture<Leaf>> waiting = new HashMap<>();
    private final Map<InetAddress, Integer> waitingOf = new HashMap<>();
    private @Nullable CertificateMint mint; // minting thread only

    /** Makes no certificate and starts no thread until the first is asked for. */
    public LeafCertificates(CertificateAuthority authority) {
        this(authority, Clock.systemUTC(), new Bounds(KEPT_MAX, WAITING_MAX, WAITING_OF_ONE_MAX));
    }

    LeafCertificates(CertificateAuthority authority, Clock clock, Bounds bounds) {
        this.bounds = bounds;
        this.authority = authority;
        this.clock = clock;
        kept = Caffeine.newBuilder()
                .maximumSize(bounds.kept())
                .expireAfterWrite(KEPT_FOR)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build();
        minting = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var thread = new Thread(task, "weir-mint");
            thread.setDaemon(true);
            return thread;
        });
        minting.allowCoreThreadTimeOut(true);
    }

    /**
     * The leaf of a host.
     *
     * @param name a DNS name, or an IP address, an IPv6 one without brackets
     * @param client whose doing it is
     * @return completes at once if the leaf is there, else on the minting thread; with a {@link TlsException} if there can be none, with a
     *     {@link RejectedExecutionException} if too many wait
     */
    public CompletableFuture<Leaf> leaf(String name, InetAddress client) {
        String host = HostName.address(name) == null ? HostName.dnsName(name) : name;
        if (host == null) {
            return CompletableFuture.failedFuture(
                    new TlsException("no certificate can be made for what is neither a DNS name nor an address"));
        }
        Leaf leaf = ready(host);
        return leaf == null ? await(host, client) : CompletableFuture.completedFuture(leaf);
    }

    private @Nullable Leaf ready(String host) {
        Leaf leaf = kept.getIfPresent(host);
        return leaf != null && isFresh(leaf) ? leaf : null;
    }

    private boolean isFresh(Leaf leaf) {
        Instant end = leaf.certificate().getNotAfter().toInstant();
        Instant now = clock.instant();
        boolean endsWithAuthority =
                end.equals(authority.certificate().getNotAfter().toInstant());
        return now.isBefore(endsWithAuthority ? end : end.minus(LEFT_MIN));
    }

    private CompletableFuture<Leaf> await(String host, InetAddress client) {
        synchronized (lock) {
            CompletableFuture<Leaf> shared = waiting.get(host);
            if (shared != null) {
                return shared.copy(); // so that nobody completes it but us
            }
            int ofClient = waitingOf.getOrDefault(client, 0);
            if (waiting.size() >= bounds.waiting() || ofClient >= bounds.waitingOfOne()) {
                return CompletableFuture.failedFuture(
                        new RejectedExecutionException("too many certificates wait to be made"
                                + (waiting.size() >= bounds.waiting() ? "" : " for one client")));
            }
            var future = new CompletableFuture<Leaf>();
            try {
                minting.execute(() -> mint(host, client, future));
            } catch (RejectedExecutionException e) {
                return CompletableFuture.failedFuture(
                        new RejectedExecutionException("certificates are not made any more", e));
            }
            waiting.put(host, future);
            waitingOf.put(client, ofClient + 1);
            return future.copy();
        }
    }

    private void mint(String host, InetAddress client, CompletableFuture<Leaf> future) {
        Leaf leaf = ready(host); // another may have asked in the moment between our look and its end
        Throwable failure = null;
        if (leaf == null) {
            try {
                leaf = mint().leaf(host, clock.instant());
                kept.put(host, leaf);
            } catch (RuntimeException | Error e) { // who waits must hear of it, whatever it was
                failure = e;
            }
        }
        synchronized (lock) {
            waiting.remove(host);
            waitingOf.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
        }
        if (failure != null) {
            future.completeExceptionally(failure);
        } else {
            future.complete(leaf);
        }
    }

    private CertificateMint mint() {
        CertificateMint made = mint;
        if (made == null) {
            made = new CertificateMint(authority);
            mint = made;
        }
        return made;
    }

    int kept() {
        kept.cleanUp();
        return (int) kept.estimatedSize();
    }

    int waiting() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    /** Who still waits is told so by a {@link RejectedExecutionException}. */
    @Override
    public void close() {
        minting.shutdownNow();
        List<CompletableFuture<Leaf>> left;
        synchronized (lock) {
            left = List.copyOf(waiting.values());
            waiting.clear();
            waitingOf.clear();
        }
        for (CompletableFuture<Leaf> each : left) {
            each.completeExceptionally(new RejectedExecutionException("certificates are not made any more"));
        }
    }
}
