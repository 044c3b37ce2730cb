package io.weir.wsgateway;

import io.netty.channel.EventLoop;
import io.weir.aggregator.RecentExchanges;
import io.weir.wsgateway.SnapshotReader.Reading;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The topic {@code mitm_detail}: the last exchanges to who subscribes, and to all at each tick those that came since. Event loop
 * of the gateway.
 *
 * <p>A tick that finds nothing new does nothing. Else it waits for a snapshot and sends what that covers, so that no message
 * is ahead of the sequence that it states. Everybody is sent up to the same exchange, so a message is written once.
 */
final class ExchangesTopic {
    private final Clients clients;
    private final Ledger ledger;
    private final Ticker ticker;
    private final SnapshotReader snapshots;
    private final Set<Client> subscribed = new HashSet<>();
    private RecentExchanges recent;
    private long generation;
    private long sentUpTo;

    ExchangesTopic(EventLoop loop, Clients clients, Ledger ledger, GatewayLimits limits) {
        this.clients = clients;
        this.ledger = ledger;
        this.recent = ledger.exchanges();
        this.snapshots = new SnapshotReader(loop, ledger, this::arrived);
        this.ticker = new Ticker(loop, limits.exchangesPeriod(), this::tick);
    }

    /** Follows what is subscribed to. Who is new gets the last exchanges at once, up to where the others are. */
    void subscriptionsChanged() {
        List<Client> wanting = wanting();
        ticker.want(!wanting.isEmpty());
        subscribed.retainAll(wanting);
        if (subscribed.size() < wanting.size()) {
            snapshots.read();
        }
    }

    private List<Client> wanting() {
        return clients.all().stream()
                .filter(client -> client.wants(Topic.MITM_DETAIL))
                .toList();
    }

    private void welcomeNewOnes(long sequence) {
        for (Client client : wanting()) {
            if (subscribed.add(client)) {
                welcome(client, sequence);
            }
        }
    }

    private void welcome(Client client, long sequence) {
        for (ExchangesMessage message :
                ExchangesMessage.of(sequence, recent.latest(sentUpTo, ExchangesMessage.MAX_ITEMS), 0)) {
            if (client.isReady()) {
                client.send(Topic.MITM_DETAIL, message.write(client.allocator()));
            } else {
                client.skip(Topic.MITM_DETAIL);
            }
        }
    }

    private void tick() {
        boolean isElsewhere = ledger.latest().generation() != generation;
        if (isElsewhere || recent.newestSequence() > sentUpTo) {
            snapshots.read();
        }
    }

    private void arrived(Reading reading) {
        long upTo = reading.snapshot().sequence();
        if (reading.snapshot().generation() != generation) { // a replay was sent elsewhere
            generation = reading.snapshot().generation();
            recent = ledger.exchanges();
            subscribed.clear();
        }
        if (subscribed.isEmpty()) {
            sentUpTo = upTo; // nobody has followed so far
        }
        welcomeNewOnes(upTo);
        RecentExchanges.Page page = recent.after(sentUpTo, upTo, Integer.MAX_VALUE);
        for (ExchangesMessage message : ExchangesMessage.of(upTo, page.exchanges(), page.missed())) {
            clients.send(Topic.MITM_DETAIL, message::write);
        }
        sentUpTo = Math.max(sentUpTo, upTo);
    }
}
