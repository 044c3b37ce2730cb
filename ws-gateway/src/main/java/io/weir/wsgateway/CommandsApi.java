package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.Snapshot;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out commands that come by HTTP. Event loop of the gateway; what matches a filter is found on {@code weir-gateway-rows}. */
final class CommandsApi {
    /** A longer body is refused. */
    static final int MAX_BODY_BYTES = 16 << 10;

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
        Set<Long> open = new LinkedHashSet<>();
        if (order instanceof CloseOrder.Matching matching) {
            snapshot.forEachOpen(each -> addIf(matching.filter().matches(each), each, open));
            LOG.info(
                    "command=closeConnections filter=\"{}\" matched={} by=\"{}\" why=\"{}\"",
                    matching.text(),
                    open.size(),
                    by,
                    order.why());
            sessions.closeAll(open, matching.text(), by, order.why());
        } else if (order instanceof CloseOrder.Named named) {
            snapshot.forEachOpen(each -> addIf(named.ids().contains(each.id()), each, open));
            LOG.info("command=closeConnections sessions={} by=\"{}\" why=\"{}\"", named.ids(), by, order.why());
            if (named.ids().size() == 1) {
                sessions.close(named.ids().iterator().next(), by, order.why());
            } else {
                sessions.closeAll(named.ids(), "", by, order.why());
            }
        }
        return open.size();
    }

    private static void addIf(boolean isWanted, ConnectionInfo session, Set<Long> open) {
        if (isWanted) {
            open.add(session.id());
        }
    }
}
