package io.weir.proxyengine.upstream;

import io.weir.proxyengine.tls.OriginTls;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An upstream in force, and how it is. Any thread: event loops tell how they fared, and ask before they choose. What it keeps serves the choice and
 * is shown to people; no byte is counted here.
 *
 * <p>It begins as up. A session that finds it broken takes it down at once; a session or a check that finds it well brings it back.
 */
public final class UpstreamNode {
    private static final Logger log = LoggerFactory.getLogger(UpstreamNode.class);

    /** The newest time weighs a quarter. */
    private static final int WEIGHT = 4;

    private final Upstream config;
    private final @Nullable UpstreamCredentials credentials;
    private final @Nullable OriginTls tls;
    private final String tlsFiles;
    private final String authorization;
    private final AtomicReference<Health> health;
    private final AtomicInteger sessions = new AtomicInteger();
    private volatile boolean isTurnedAway;
    private volatile long latencyNanos; // 0 until it was reached

    /** Whether it is up, and since when, in ms since the epoch. */
    private record Health(boolean up, long sinceMillis) {}

    /** @param tlsFiles digest of the files that {@code tls} is of */
    UpstreamNode(
            Upstream config,
            @Nullable UpstreamCredentials credentials,
            @Nullable OriginTls tls,
            String tlsFiles,
            long nowMillis) {
        this.config = config;
        this.tlsFiles = tlsFiles;
        this.credentials = credentials;
        this.tls = tls;
        authorization = credentials == null ? "" : credentials.basic();
        health = new AtomicReference<>(new Health(true, nowMillis));
    }

    /** As it was configured. */
    public Upstream config() {
        return config;
    }

    /** Its name. */
    public String name() {
        return config.name();
    }

    /** Who we are to it; null if nobody in particular. */
    public @Nullable UpstreamCredentials credentials() {
        return credentials;
    }

    /** The value of the {@code Proxy-Authorization} field for it; empty if it gets none. */
    public String authorization() {
        return authorization;
    }

    /** With what TLS is spoken with it; null if none is. */
    public @Nullable OriginTls tls() {
        return tls;
    }

    /** Whether it worked when it was tried last. */
    public boolean isUp() {
        return now().up();
    }

    private Health now() {
        return Objects.requireNonNull(health.get());
    }

    /** Sessions that go through it now. */
    public int sessions() {
        return sessions.get();
    }

    /** How long it took lately to be reached, in ns; 0 if it never was. */
    public long latencyNanos() {
        return latencyNanos;
    }

    /** A session chose it. */
    public void entered() {
        sessions.incrementAndGet();
    }

    /** A session that chose it is over, or chose another. */
    public void left() {
        sessions.decrementAndGet();
    }

    /** It was reached, and this took so long. A race between two loops loses one of the two times, which is as good as the other. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void reached(long nanos) {
        long before = latencyNanos;
        latencyNanos = Math.max(1, before == 0 ? nanos : before + (nanos - before) / WEIGHT);
    }

    /** It works. */
    public void works() {
        Health before = now();
        if (!before.up() && health.compareAndSet(before, new Health(true, System.currentTimeMillis()))) {
            log.info("upstream is up again upstream={} address={}", name(), config.url());
        }
    }

    /** It does not. */
    public void broke(String why) {
        Health before = now();
        if (before.up() && health.compareAndSet(before, new Health(false, System.currentTimeMillis()))) {
            log.warn("upstream is down upstream={} address={} reason=\"{}\"", name(), config.url(), why);
        }
    }

    /** It works, but does not let us in. Said once, until it does. */
    public void turnedAway(String why) {
        if (!isTurnedAway) {
            isTurnedAway = true;
            log.warn("upstream does not let us in upstream={} address={} reason=\"{}\"", name(), config.url(), why);
        }
    }

    /** It lets us in. */
    public void letIn() {
        if (isTurnedAway) {
            isTurnedAway = false;
            log.info("upstream lets us in again upstream={} address={}", name(), config.url());
        }
    }

    /** As it is now. */
    public UpstreamStatus status() {
        Health now = now();
        return new UpstreamStatus(
                name(),
                config.kind(),
                config.address(),
                now.up(),
                now.sinceMillis(),
                sessions.get(),
                latencyNanos / 1000);
    }

    /** Whether that is what it was made of. */
    boolean isOf(Upstream other, @Nullable UpstreamCredentials otherCredentials, String otherTlsFiles) {
        return config.equals(other) && Objects.equals(credentials, otherCredentials) && tlsFiles.equals(otherTlsFiles);
    }

    @Override
    public String toString() {
        return name() + " (" + config.url() + ")";
    }
}
