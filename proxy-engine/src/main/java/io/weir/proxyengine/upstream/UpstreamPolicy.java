package io.weir.proxyengine.upstream;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** In which order the members of a group are tried. Whatever the policy, those that are up come before those that are down. */
public enum UpstreamPolicy {
    /** As they are listed. */
    FAILOVER,
    /** Each in turn. */
    ROUND_ROBIN,
    /** The one that carries the fewest sessions first. */
    LEAST_SESSIONS,
    /** The one that was reached fastest lately first; one that was not reached yet before all others. */
    LATENCY;

    /** As configurations write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The members in order.
     *
     * @param turn how many sessions asked before
     */
    List<UpstreamNode> order(List<UpstreamNode> members, int turn) {
        List<UpstreamNode> order = new ArrayList<>(members);
        switch (this) {
            case FAILOVER -> {}
            case ROUND_ROBIN -> Collections.rotate(order, -Math.floorMod(turn, order.size()));
            case LEAST_SESSIONS -> sort(order, turn, members, Comparator.comparingInt(Figures::sessions));
            case LATENCY -> sort(order, turn, members, Comparator.comparingLong(Figures::latencyNanos));
        }
        if (order.stream().anyMatch(UpstreamNode::isUp)) {
            List<UpstreamNode> down =
                    order.stream().filter(node -> !node.isUp()).toList();
            order.removeAll(down);
            order.addAll(down);
        }
        return List.copyOf(order);
    }

    /** What a member is compared by, read once: another loop may change it meanwhile. */
    private record Figures(UpstreamNode node, int sessions, long latencyNanos) {}

    /** Members that are equal take turns. */
    private static void sort(
            List<UpstreamNode> order, int turn, List<UpstreamNode> members, Comparator<Figures> comparator) {
        Collections.rotate(order, -Math.floorMod(turn, members.size()));
        List<Figures> figures = new ArrayList<>();
        order.forEach(node -> figures.add(new Figures(node, node.sessions(), node.latencyNanos())));
        figures.sort(comparator);
        order.clear();
        figures.forEach(each -> order.add(each.node()));
    }
}
