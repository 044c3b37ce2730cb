package io.weir.proxyengine;

import io.netty.util.NetUtil;
import io.weir.proxyengine.tls.ProxyTls;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of an engine: which doors there are, and what each is to those who come in. They change in three steps, so that nothing is ever half done:
 * {@link #prepare} takes new addresses and reads certificates, which is all that can fail; {@link #take} says which they are; {@link #enter} opens, changes and
 * closes doors, once every loop knows them. The next change waits for that.
 *
 * <p>One thread prepares and begins; any does the rest, and asks what they are.
 */
final class Listeners {
    /** Takes an address. */
    @FunctionalInterface
    interface Binder {
        /**
         * Takes it.
         *
         * @param joins whether a door that is going to be closed may have it until then
         * @throws EngineException if it is not to be had
         */
        Door bind(ListenerConfig listener, boolean joins);
    }

    /** A door, and what it is to those who come in. */
    private record Entry(Door door, ListenerConfig config) {}

    /** Which door goes on as which listener: the likest first. Two with port 0 may have one address. */
    private static final List<BiPredicate<Entry, ListenerConfig>> LIKE = List.of(
            (entry, next) -> entry.config().equals(next),
            (entry, next) -> entry.door().address().equals(next.address()),
            (entry, next) -> entry.config().address().equals(next.address())
                    && entry.config().name().equals(next.name())
                    && entry.config().kind() == next.kind(),
            (entry, next) -> entry.config().address().equals(next.address())
                    && entry.config().kind() == next.kind());

    private static final Logger log = LoggerFactory.getLogger(Listeners.class);
    private static final long PATIENCE_SECONDS = 10;

    private final Binder binder;
    private final Certificates certificates = new Certificates();
    private volatile List<Entry> entries = List.of();
    private volatile CompletableFuture<Void> entering = CompletableFuture.completedFuture(null);

    Listeners(Binder binder) {
        this.binder = binder;
    }

    /** Other listeners, of which nobody knows yet. Immutable. */
    static final class Ready {
        private final List<Entry> next;
        private final List<Entry> before;
        private final List<Door> fresh;
        private final Map<ListenerTls, ProxyTls> tls;

        private Ready(List<Entry> next, List<Entry> before, List<Door> fresh, Map<ListenerTls, ProxyTls> tls) {
            this.next = List.copyOf(next);
            this.before = before;
            this.fresh = List.copyOf(fresh);
            this.tls = tls;
        }

        /** The actual addresses and ports. */
        List<InetSocketAddress> addresses() {
            return next.stream().map(entry -> entry.door().address()).toList();
        }

        /** The listeners, as those who come in through them have them. */
        List<ListenerConfig> configs() {
            return next.stream().map(Entry::config).toList();
        }

        /** Gives the new addresses back, and waits until they are free again. */
        void discard() {
            closeAll(fresh);
        }
    }

    /**
     * Takes the addresses that are new and reads the certificates that are. Waits for the change before, which may still be closing doors.
     *
     * @throws ListenException naming all addresses that are not to be had, or a certificate that cannot be used; then nothing is taken
     */
    Ready prepare(List<ListenerConfig> listeners) {
        awaitEntered();
        Map<ListenerTls, ProxyTls> tls = certificates.prepare(listeners);
        List<Entry> left = new ArrayList<>(entries);
        @Nullable Entry[] kept = new @Nullable Entry[listeners.size()];
        for (BiPredicate<Entry, ListenerConfig> likeness : LIKE) {
            for (int i = 0; i < kept.length; i++) {
                kept[i] = kept[i] == null ? claim(left, listeners.get(i), likeness) : kept[i];
            }
        }
        List<Entry> next = new ArrayList<>();
        List<Door> fresh = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < kept.length; i++) {
            ListenerConfig config = listeners.get(i);
            Entry same = kept[i];
            if (same != null) {
                next.add(same.config().equals(config) ? same : new Entry(same.door(), config));
                continue;
            }
            try {
                Door door = binder.bind(config, left.stream().anyMatch(entry -> overlap(entry, config)));
                fresh.add(door);
                next.add(new Entry(door, config));
            } catch (EngineException e) {
                faults.add(String.valueOf(e.getMessage()));
            }
        }
        if (!faults.isEmpty()) {
            closeAll(fresh);
            throw new ListenException(String.join("; ", faults));
        }
        return new Ready(next, entries, fresh, tls);
    }

    private static @Nullable Entry claim(
            List<Entry> left, ListenerConfig next, BiPredicate<Entry, ListenerConfig> likeness) {
        for (Entry entry : left) {
            if (likeness.test(entry, next)) {
                left.remove(entry);
                return entry;
            }
        }
        return null;
    }

    /** Whether a door that goes has part of the addresses of a listener that comes: one of the two is on all of the machine. */
    private static boolean overlap(Entry going, ListenerConfig next) {
        InetSocketAddress address = going.door().address();
        return address.getPort() == next.address().getPort()
                && (address.getAddress().isAnyLocalAddress()
                        || next.address().getAddress().isAnyLocalAddress());
    }

    /** A change begins: {@link #take} and {@link #enter} are to follow. Nothing else is prepared until then. */
    void begin() {
        entering = new CompletableFuture<>();
    }

    /** The change that has begun does not come. */
    void stayed() {
        entering.complete(null);
    }

    /** These are the listeners from now on. */
    void take(Ready ready) {
        certificates.replace(ready.tls);
        entries = ready.next;
    }

    /** Every loop knows them: opens, changes and closes doors. Any thread; returns at once. What it returns is complete when that is done, or has failed. */
    CompletableFuture<Void> enter(Ready ready, List<EngineLoop> loops) {
        CompletableFuture<Void> done = entering;
        List<CompletableFuture<Void>> parts = new ArrayList<>();
        for (Entry entry : ready.next) {
            Entry was = with(entry.door(), ready.before);
            if (was == null) {
                parts.add(entry.door().open(loops));
                log.info("listener opened {}", shown(entry));
            } else if (!was.config().equals(entry.config())) {
                parts.add(entry.door().become(entry.config()));
                log.info("listener changed {}", shown(entry));
            }
        }
        for (Entry was : ready.before) {
            if (with(was.door(), ready.next) == null) {
                parts.add(was.door().close());
                log.info("listener closed {}", shown(was));
            }
        }
        return Door.all(parts).whenComplete((nothing, failure) -> {
            if (failure != null) {
                log.error("listeners could not be changed in order", failure);
            }
            done.complete(null);
        });
    }

    private static @Nullable Entry with(Door door, List<Entry> entries) {
        return entries.stream()
                .filter(entry -> entry.door().equals(door))
                .findFirst()
                .orElse(null);
    }

    private static String shown(Entry entry) {
        return "name=" + entry.config().at(entry.door().address()).name() + " kind="
                + entry.config().kind().scheme() + " address="
                + NetUtil.toSocketAddressString(entry.door().address());
    }

    /** Each with the address and port that it has got. */
    List<ListenerConfig> configs() {
        return entries.stream()
                .map(entry -> entry.config().at(entry.door().address()))
                .toList();
    }

    /** The same, as those who come in through them have them. */
    List<ListenerConfig> asEntered() {
        return entries.stream().map(Entry::config).toList();
    }

    /** Their certificates. */
    Certificates certificates() {
        return certificates;
    }

    /**
     * Waits until the change before is done. No event loop's thread.
     *
     * @throws EngineException if it is not, after a while
     */
    void awaitEntered() {
        if (!isDone(entering)) {
            throw new EngineException("the listeners are still being changed");
        }
    }

    /** Closes all doors. Waits for that; no event loop's thread. */
    void close() {
        boolean isQuiet = isDone(entering);
        boolean isClosed = closeAll(entries.stream().map(Entry::door).toList());
        if (!isQuiet || !isClosed) {
            log.error("listeners were not closed in order: an event loop does not answer");
        }
        certificates.close();
    }

    private static boolean closeAll(List<Door> doors) {
        return isDone(Door.all(doors.stream().map(Door::close).toList()));
    }

    /** Waits a while. */
    private static boolean isDone(CompletableFuture<Void> change) {
        try {
            change.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            log.debug("a change of listeners is not done", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
