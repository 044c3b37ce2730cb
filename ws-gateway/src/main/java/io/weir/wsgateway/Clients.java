package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The connected dashboards. Event loop of the gateway.
 *
 * <p>A message is written once, however many get it: each sends a duplicate that shares its bytes.
 */
final class Clients {
    private final Set<Client> connected = new LinkedHashSet<>();
    private final int max;

    Clients(int max) {
        this.max = max;
    }

    boolean hasRoom() {
        return connected.size() < max;
    }

    void add(Client client) {
        connected.add(client);
    }

    void remove(Client client) {
        connected.remove(client);
    }

    /** A copy, since leaving changes the set. */
    List<Client> all() {
        return List.copyOf(connected);
    }

    int count() {
        return connected.size();
    }

    boolean anyoneWants(Topic topic) {
        return connected.stream().anyMatch(client -> client.wants(topic));
    }

    /** The lowest level that a subscriber of {@code logs} asked for; empty if there is none. */
    Optional<LogLevel> lowestLogLevel() {
        return connected.stream()
                .filter(client -> client.wants(Topic.LOGS))
                .map(Client::logLevel)
                .min(LogLevel::compareTo);
    }

    /** Sends to who subscribed and can take it; the others are told how many messages they did not get. */
    void send(Topic topic, Function<ByteBufAllocator, ByteBuf> message) {
        send(topic, client -> true, message);
    }

    /** Sends to those of the subscribers that are meant. */
    void send(Topic topic, Predicate<Client> isMeant, Function<ByteBufAllocator, ByteBuf> message) {
        send(
                client -> client.wants(topic) && isMeant.test(client),
                message,
                client -> client.skip(topic),
                (client, frame) -> client.send(topic, frame));
    }

    /**
     * Sends log lines to who subscribed and can take them; the others are told how many lines they missed.
     *
     * @param level whose subscribers get it; empty for all of the topic
     */
    void sendLines(Optional<LogLevel> level, int lines, Function<ByteBufAllocator, ByteBuf> message) {
        send(
                client -> client.wants(Topic.LOGS) && (level.isEmpty() || client.logLevel() == level.get()),
                message,
                client -> client.miss(lines),
                Client::sendLines);
    }

    private void send(
            Predicate<Client> receives,
            Function<ByteBufAllocator, ByteBuf> message,
            Consumer<Client> ifNotReady,
            BiConsumer<Client, ByteBuf> ifReady) {
        ByteBuf shared = null;
        for (Client client : all()) {
            if (!receives.test(client)) {
                continue;
            }
            if (!client.isReady()) {
                ifNotReady.accept(client);
                continue;
            }
            if (shared == null) {
                shared = message.apply(client.allocator());
            }
            ifReady.accept(client, shared.retainedDuplicate());
        }
        if (shared != null) {
            shared.release();
        }
    }
}
