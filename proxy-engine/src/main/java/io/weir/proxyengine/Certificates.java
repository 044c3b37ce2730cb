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

/**
 * The certificates of listeners, looked after by a thread of their own, {@code weir-certificates}, while there are any. Loops ask for them, through one volatile
 * reference; the thread that changes the configuration does the rest.
 */
final class Certificates implements AutoCloseable {
    private static final long LOOK_MILLIS = 2000;

    private volatile Map<ListenerTls, ProxyTls> current = Map.of();
    private volatile Map<ListenerTls, ProxyTls> all =
            Map.of(); // and those of before: some who came then have not said hello yet
    private @Nullable ScheduledExecutorService thread;

    /**
     * Reads those of all listeners that are not there yet. Nothing is in force by that.
     *
     * @throws ListenException if one cannot be used
     */
    Map<ListenerTls, ProxyTls> prepare(List<ListenerConfig> listeners) {
        Map<ListenerTls, ProxyTls> next = new HashMap<>();
        for (ListenerConfig listener : listeners) {
            ListenerTls files = listener.tls();
            if (files != null && !next.containsKey(files)) {
                ProxyTls known = current.get(files);
                next.put(files, known == null ? open(listener, files) : known);
            }
        }
        return next;
    }

    private static ProxyTls open(ListenerConfig listener, ListenerTls files) {
        try {
            return files.open();
        } catch (TlsException e) {
            throw new ListenException("listener " + listener.name() + ": " + e.getMessage(), e);
        }
    }

    /** Goes by these from now on. */
    void replace(Map<ListenerTls, ProxyTls> next) {
        if (next.equals(current)) {
            return;
        }
        Map<ListenerTls, ProxyTls> both = new HashMap<>(current);
        both.putAll(next);
        all = Map.copyOf(both);
        current = Map.copyOf(next);
        if (next.isEmpty()) {
            close();
        } else if (thread == null) {
            thread = look();
        }
    }

    private ScheduledExecutorService look() {
        ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(work -> {
            var one = new Thread(work, "weir-certificates");
            one.setDaemon(true);
            return one;
        });
        looks.scheduleWithFixedDelay(this::refresh, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return looks;
    }

    /** With what a listener speaks TLS; null if it was closed before the last change. */
    @Nullable ProxyTls of(ListenerConfig listener) {
        ListenerTls files = listener.tls();
        return files == null ? null : all.get(files);
    }

    /** Reads those again whose files have changed. */
    void refresh() {
        current.values().forEach(ProxyTls::refresh);
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.shutdown();
            thread = null;
        }
    }
}
