package io.weir.proxyengine.upstream;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A name that sessions may be sent to: a group, or one upstream. Any thread. */
public final class UpstreamRoute {
    private final String name;
    private final UpstreamPolicy policy;
    private final List<UpstreamNode> members;
    private final AtomicInteger turn = new AtomicInteger();

    UpstreamRoute(String name, UpstreamPolicy policy, List<UpstreamNode> members) {
        this.name = name;
        this.policy = policy;
        this.members = List.copyOf(members);
    }

    /** What rules call it. */
    public String name() {
        return name;
    }

    /** Whom to try for one session, in this order: all of them, since a session that tries one that is down is better off than one that is refused. */
    public List<UpstreamNode> order() {
        return members.size() == 1 ? members : policy.order(members, turn.getAndIncrement());
    }
}
