package io.weir.wsgateway;

import java.util.List;

/**
 * What the gateway tells of the node beside its ledger. Immutable.
 *
 * @param version of the program
 * @param listen addresses that the proxy listens on, such as {@code 127.0.0.1:8080}
 * @param countingSinceMillis wall-clock time of the ledger's first event; 0 if it is not known
 */
public record NodeStatus(String version, List<String> listen, long countingSinceMillis) {
    /** Copies the list. */
    public NodeStatus {
        listen = List.copyOf(listen);
    }
}
