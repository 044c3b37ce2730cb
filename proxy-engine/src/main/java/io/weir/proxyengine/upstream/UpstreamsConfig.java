package io.weir.proxyengine.upstream;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * All upstreams, as they were configured. Immutable; {@link #faults} says what is wrong.
 *
 * @param route the upstream or group for what no rule sends elsewhere; {@link Upstream#DIRECT} for none
 */
public record UpstreamsConfig(List<Upstream> upstreams, List<UpstreamGroup> groups, String route) {
    /** Every session goes to its origin itself. */
    public static final UpstreamsConfig NONE = new UpstreamsConfig(List.of(), List.of(), Upstream.DIRECT);

    /** Copies the lists. */
    public UpstreamsConfig {
        upstreams = List.copyOf(upstreams);
        groups = List.copyOf(groups);
    }

    /** One upstream, through which everything goes. */
    public static UpstreamsConfig all(Upstream upstream) {
        return new UpstreamsConfig(List.of(upstream), List.of(), upstream.name());
    }

    /** One group of these, through which everything goes. */
    public static UpstreamsConfig group(UpstreamPolicy policy, Upstream... members) {
        List<String> names = new ArrayList<>();
        for (Upstream each : members) {
            names.add(each.name());
        }
        return new UpstreamsConfig(List.of(members), List.of(new UpstreamGroup("all", policy, names)), "all");
    }

    /** The same with another way for what no rule sends elsewhere. */
    public UpstreamsConfig routed(String name) {
        return new UpstreamsConfig(upstreams, groups, name);
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return upstreams.isEmpty();
    }

    /** What rules may name, besides {@link Upstream#DIRECT}. */
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        upstreams.forEach(each -> names.add(each.name()));
        groups.forEach(each -> names.add(each.name()));
        return names;
    }

    /** All that is wrong with the upstreams, files aside. */
    public List<String> upstreamFaults() {
        List<String> faults = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Upstream each : upstreams) {
            faults.addAll(each.faults());
            if (!names.add(each.name())) {
                faults.add("two upstreams have the name " + each.name());
            }
        }
        return faults;
    }

    /** All that is wrong with the groups. */
    public List<String> groupFaults() {
        List<String> faults = new ArrayList<>();
        Set<String> known = new HashSet<>();
        upstreams.forEach(each -> known.add(each.name()));
        Set<String> names = new HashSet<>(known);
        for (UpstreamGroup group : groups) {
            if (!Upstream.isName(group.name())) {
                faults.add("'" + group.name() + "' is no name for a group: " + Upstream.NAME_EXPECTED);
            }
            if (!names.add(group.name())) {
                faults.add("two upstreams or groups have the name " + group.name());
            }
            if (group.members().isEmpty()) {
                faults.add("group " + group.name() + " has no members");
            }
            for (String member : group.members()) {
                if (!known.contains(member)) {
                    faults.add("group " + group.name() + " has a member that is no upstream: " + member);
                }
            }
            if (new HashSet<>(group.members()).size() < group.members().size()) {
                faults.add("group " + group.name() + " has a member twice");
            }
        }
        return faults;
    }

    /** What is wrong with the way for what no rule sends elsewhere. */
    public List<String> routeFaults() {
        boolean isKnown = route.equals(Upstream.DIRECT) || names().contains(route);
        return isKnown ? List.of() : List.of("there is no upstream or group of the name " + route);
    }

    /** All of it. */
    public List<String> faults() {
        List<String> faults = new ArrayList<>(upstreamFaults());
        faults.addAll(groupFaults());
        faults.addAll(routeFaults());
        return faults;
    }
}
