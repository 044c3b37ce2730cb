package io.weir.proxyengine;

import io.weir.proxyengine.tls.ProxyTls;
import io.weir.proxyengine.tls.TlsException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The certificates of listeners, looked after by a thread of their own, {@code weir-certificates}, if there are any. Any thread. */
final class Certificates implements AutoCloseable {
    private static final long LOOK_MILLIS = 2000;

    private final Map<ListenerTls, ProxyTls> all = new HashMap<>(); // not changed once it is made
    private final @Nullable ScheduledExecutorService thread;

    private Certificates(List<ListenerConfig> listeners) {
        for (ListenerConfig listener : listeners) {
            ListenerTls files = listener.tls();
            if (files != null && !all.containsKey(files)) {
                all.put(files, ProxyTls.open(files.certificate(), files.key(), files.clientCa(), files.clientMust()));
            }
        }
        thread = all.isEmpty()
                ? null
                : Executors.newSingleThreadScheduledExecutor(work -> {
                    var one = new Thread(work, "weir-certificates");
                    one.setDaemon(true);
                    return one;
                });
        if (thread != null) {
            thread.scheduleWithFixedDelay(
                    () -> all.values().forEach(ProxyTls::refresh), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Reads those of all listeners.
     *
     * @throws EngineException if one cannot be used
     */
    static Certificates open(List<ListenerConfig> listeners) {
        try {
            return new Certificates(listeners);
        } catch (TlsException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    ProxyTls of(ListenerConfig listener) {
        ListenerTls files = listener.tls();
        ProxyTls tls = files == null ? null : all.get(files);
        if (tls == null) {
            throw new IllegalStateException("listener " + listener.name() + " has no certificate");
        }
        return tls;
    }

    /** Looks now, for tests. */
    void refresh() {
        all.values().forEach(ProxyTls::refresh);
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.shutdown();
        }
    }
}
