package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.Snapshot;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out commands that come by HTTP. Event loop of the gateway; what matches a filter is found on {@code weir-gateway-rows}. */
final class CommandsApi {
    /** A longer body is refused. */
    static final int MAX_BODY_BYTES = 16 << 10;

    private static final int MAX_IDS_CHARS = 500;
    private static final Logger LOG = LoggerFactory.getLogger(CommandsApi.class);

    private final FreshSnapshots snapshots;
    private final Questions rows;
    private final SessionControl sessions;
    private final CloseOrderReader reader = new CloseOrderReader(MAX_BODY_BYTES);

    CommandsApi(FreshSnapshots snapshots, Questions rows, SessionControl sessions) {
        this.snapshots = snapshots;
        this.rows = rows;
        this.sessions = sessions;
    }

    /** Has sessions closed and says how many that were; the closes themselves come as events of the ledger. */
    void close(Channel channel, byte[] body) throws BadQuestionException {
        if (!sessions.refusal().isEmpty()) {
            Replies.refuse(channel, HttpResponseStatus.CONFLICT, sessions.refusal());
            return;
        }
        CloseOrder order = reader.read(body);
        String by = Addresses.client(channel);
        snapshots.with(
                channel,
                snapshot -> rows.ask(channel, control -> {
                    int matched = carryOut(order, snapshot, by);
                    return Answer.of(channel.alloc(), HttpResponseStatus.ACCEPTED, json -> {
                        json.writeNumberProperty("seq", snapshot.sequence());
                        json.writeNumberProperty("matched", matched);
                    });
                }));
    }

    private int carryOut(CloseOrder order, Snapshot snapshot, String by) {
        if (order instanceof CloseOrder.All) {
            LOG.info("command=closeAllConnections by=\"{}\" why=\"{}\"", by, order.why());
            sessions.closeAll(by, order.why());
            return snapshot.openCount();
        }
        if (order instanceof CloseOrder.Named named) {
            Set<Long> open = open(snapshot, each -> named.ids().contains(each.id()));
            close(named, by);
            return open.size();
        }
        CloseOrder.Matching matching = (CloseOrder.Matching) order;
        Set<Long> open = open(snapshot, matching.filter()::matches);
        closeSome(open, matching.text(), by, matching.why());
        return open.size();
    }

    private static Set<Long> open(Snapshot snapshot, Predicate<ConnectionInfo> isWanted) {
        Set<Long> open = new TreeSet<>();
        snapshot.forEachOpen(each -> {
            if (isWanted.test(each)) {
                open.add(each.id());
            }
        });
        return open;
    }

    /** All that were named, as one may have been opened since the snapshot. */
    private void close(CloseOrder.Named named, String by) {
        if (named.ids().size() == 1) {
            long id = named.ids().iterator().next();
            LOG.info("command=closeConnection session={} by=\"{}\" why=\"{}\"", id, by, named.why());
            sessions.close(id, by, named.why());
        } else {
            String ids = named.ids().stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
            closeSome(new TreeSet<>(named.ids()), "ids=" + Json.limited(ids, MAX_IDS_CHARS), by, named.why());
        }
    }

    private void closeSome(Set<Long> ids, String which, String by, String why) {
        LOG.info("command=closeSessions which=[{}] sessions={} by=\"{}\" why=\"{}\"", which, ids.size(), by, why);
        sessions.closeAll(ids, which, by, why);
    }
}
