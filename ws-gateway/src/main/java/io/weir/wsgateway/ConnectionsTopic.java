package io.weir.wsgateway;

import io.netty.channel.EventLoop;
import io.weir.wsgateway.SnapshotReader.Reading;

/**
 * The topic {@code connections}: every open session and those that just closed, in full at each tick. Event loop of the
 * gateway.
 */
final class ConnectionsTopic {
    private final Clients clients;
    private final Ticker ticker;
    private final SnapshotReader snapshots;
    private final ConnectionsMessage message;
    private final long periodNanos;
    private long sentAtNanos;

    ConnectionsTopic(EventLoop loop, Clients clients, Ledger ledger, GatewayLimits limits) {
        this.clients = clients;
        this.snapshots = new SnapshotReader(loop, ledger, this::arrived);
        this.ticker = new Ticker(loop, limits.connectionsPeriod(), snapshots::read);
        this.message = new ConnectionsMessage(limits.maxRows(), limits.maxRowsBytes());
        this.periodNanos = limits.connectionsPeriod().toNanos();
        this.sentAtNanos = System.nanoTime() - periodNanos;
    }

    /** Follows what is subscribed to. Whoever is the first does not wait for the tick, unless the last one was just now. */
    void subscriptionsChanged() {
        boolean begun = ticker.want(clients.anyoneWants(Topic.CONNECTIONS));
        if (begun && System.nanoTime() - sentAtNanos >= periodNanos) {
            snapshots.read();
        }
    }

    private void arrived(Reading reading) {
        sentAtNanos = System.nanoTime();
        clients.send(Topic.CONNECTIONS, allocator -> message.write(allocator, reading));
    }
}
