package io.weir.launcher.config;

import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.ListenException;
import io.weir.proxyengine.UsersException;
import io.weir.proxyengine.rules.RulesException;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says of what the engine cannot use which key is to be changed, as {@link CrossChecks} does before the engine is asked: files may change between the two,
 * and that an address is taken shows only when it is tried.
 */
public final class EngineFault {
    private EngineFault() {}

    /** The same as a fault of the key, if one can be named. */
    public static ConfigException of(Settings settings, EngineException e) {
        String message = String.valueOf(e.getMessage());
        Key<?> key = null;
        if (e instanceof ListenException) {
            key = ProxyKeys.LISTEN;
        } else if (e instanceof UsersException) {
            key = ProxyKeys.USERS;
        } else if (e.getCause() instanceof RulesException rules) {
            boolean isFile = settings.get(ProxyKeys.RULES).isPresent();
            key = isFile ? ProxyKeys.RULES : Keys.RULE_LINES;
            message = isFile ? message : rules.inFull();
        } else if (e.getCause() instanceof UpstreamException upstream) {
            key = keyOf(upstream.upstream(), settings.get(ProxyKeys.UPSTREAM).upstream());
        }
        return key == null
                ? new ConfigException(message, e)
                : new ConfigException("the configuration", List.of(new Fault(key.path(), Place.NONE, "", message)));
    }

    private static Key<?> keyOf(String upstream, @Nullable Upstream described) {
        return described != null && described.name().equals(upstream) ? ProxyKeys.UPSTREAM : ProxyKeys.UPSTREAMS;
    }
}
