package io.weir.proxyengine;

import io.weir.proxyengine.rules.RuleSource;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the proxy, and for what. Immutable.
 *
 * @param allowOpen whether a listener may be on an address other than loopback although not every client has to say who it is
 * @param access who may use the proxy; null if everybody may who reaches it
 * @param rules where the rules come from that say what is allowed; null if everything is
 * @param privateDestinations whether clients may go to loopback and private addresses
 * @param refusedDestinations further addresses of this node that no client may reach, such as the gateway's
 */
public record Permissions(
        boolean allowOpen,
        @Nullable AccessConfig access,
        @Nullable RuleSource rules,
        PrivateDestinations privateDestinations,
        List<InetSocketAddress> refusedDestinations) {

    /** Keeps copies. */
    public Permissions {
        refusedDestinations = List.copyOf(refusedDestinations);
    }

    Permissions with(PrivateDestinations others) {
        return new Permissions(allowOpen, access, rules, others, refusedDestinations);
    }

    Permissions with(Entrance entrance) {
        return new Permissions(
                entrance.allowOpen(), entrance.access(), rules, privateDestinations, entrance.refusedDestinations());
    }

    /** Whether others than this machine may reach a listener. */
    boolean letOthersIn() {
        return allowOpen || (access != null && !access.exemptsEverybody());
    }
}
