package io.weir.wsgateway;

import io.weir.eventbus.OverloadStep;
import java.util.List;

/**
 * What the gateway tells of the node beside its ledger. Immutable.
 *
 * @param version of the program
 * @param listen addresses that the proxy listens on, such as {@code 127.0.0.1:8080}; none until it does
 * @param countingSinceMillis wall-clock time of the ledger's first event; 0 if it is not known
 * @param startedAtMillis wall-clock time of this start
 * @param isStopping whether it takes no more clients, since it is about to end
 * @param configVersion number of the configuration in force; 0 if it has none
 * @param overload how far it goes to spare what is short
 * @param overloadCause which figure asks for that; empty if none does
 */
public record NodeStatus(
        String version,
        List<String> listen,
        long countingSinceMillis,
        long startedAtMillis,
        boolean isStopping,
        long configVersion,
        OverloadStep overload,
        String overloadCause) {
    /** Copies the list. */
    public NodeStatus {
        listen = List.copyOf(listen);
    }

    /** One that spares nothing. */
    public NodeStatus(
            String version,
            List<String> listen,
            long countingSinceMillis,
            long startedAtMillis,
            boolean isStopping,
            long configVersion) {
        this(version, listen, countingSinceMillis, startedAtMillis, isStopping, configVersion, OverloadStep.NORMAL, "");
    }

    /** The same, going so far. */
    public NodeStatus withOverload(OverloadStep step, String cause) {
        return new NodeStatus(
                version, listen, countingSinceMillis, startedAtMillis, isStopping, configVersion, step, cause);
    }

    /** One that is not about to stop, of a start that is not known. */
    public NodeStatus(String version, List<String> listen, long countingSinceMillis) {
        this(version, listen, countingSinceMillis, 0, false);
    }

    /** One without a configuration. */
    public NodeStatus(
            String version, List<String> listen, long countingSinceMillis, long startedAtMillis, boolean isStopping) {
        this(version, listen, countingSinceMillis, startedAtMillis, isStopping, 0);
    }
}
