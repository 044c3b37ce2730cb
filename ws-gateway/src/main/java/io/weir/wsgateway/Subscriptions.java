package io.weir.wsgateway;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.util.function.Supplier;

/**
 * Who is connected and what each topic has to do for them. Event loop of the gateway.
 *
 * <p>A topic that nobody wants has no timer and asks for no snapshot, but for the one a second that the history of the traffic
 * needs.
 */
final class Subscriptions {
    private final Clients clients;
    private final TrafficTopic traffic;
    private final ConnectionsTopic connections;
    private final ChangesTopic changes;
    private final ExchangesTopic exchanges;
    private final LogTopic logs;

    Subscriptions(EventLoop loop, Ledger ledger, Supplier<NodeStatus> node, LogFeed feed, GatewayLimits limits) {
        this.clients = new Clients(limits.maxClients());
        this.traffic = new TrafficTopic(loop, clients, ledger, node, limits);
        this.connections = new ConnectionsTopic(loop, clients, ledger, limits);
        this.changes = new ChangesTopic(loop, ledger, limits);
        this.exchanges = new ExchangesTopic(loop, clients, ledger, limits);
        this.logs = new LogTopic(loop, clients, ledger, feed, limits);
        feed.onArrival(logs);
        loop.execute(traffic::start);
    }

    /** Whether one more client may join. */
    boolean haveRoom() {
        return clients.hasRoom();
    }

    /** A client has connected. */
    void joined(Client client) {
        clients.add(client);
    }

    /** A client has gone. */
    void left(Client client) {
        clients.remove(client);
        changes.left(client);
        changed();
    }

    /** A client has said what it wants, which may be what it had. */
    void subscribed(Client client) {
        changes.subscribed(client);
        changed();
    }

    /** A client that had no room for messages has some, or the other way round. */
    void roomChanged(Client client) {
        changes.roomChanged(client);
    }

    private void changed() {
        traffic.subscriptionsChanged();
        connections.subscriptionsChanged();
        exchanges.subscriptionsChanged();
        logs.subscriptionsChanged();
    }

    /** How many clients are connected. */
    int count() {
        return clients.count();
    }

    /** Bytes that wait to be written, over all clients. */
    long pendingBytes() {
        return clients.all().stream().mapToLong(Client::pendingBytes).sum();
    }

    /** Ends every connection, as the node stops. */
    void end() {
        changes.end();
        for (Client client : clients.all()) {
            Farewell.say(client.channel(), WebSocketCloseStatus.ENDPOINT_UNAVAILABLE, "the node stops");
        }
    }
}
