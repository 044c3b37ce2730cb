package io.weir.proxyengine.upstream;

import java.util.List;

/**
 * Some upstreams of which each session takes one. Immutable.
 *
 * @param members names of upstreams, in the order in which they are tried
 */
public record UpstreamGroup(String name, UpstreamPolicy policy, List<String> members) {
    /** Copies the list. */
    public UpstreamGroup {
        members = List.copyOf(members);
    }
}
