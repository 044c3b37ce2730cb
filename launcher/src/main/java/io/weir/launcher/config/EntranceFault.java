package io.weir.launcher.config;

import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.ListenException;
import io.weir.proxyengine.UsersException;
import java.util.List;

/** Says of an entrance that the engine cannot have which key is to be changed: that an address is taken shows only when it is tried. */
public final class EntranceFault {
    private EntranceFault() {}

    /** The same as a fault of the key, if one can be named. */
    public static ConfigException of(EngineException e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof ListenException) {
            return fault(ProxyKeys.LISTEN, message);
        }
        return e instanceof UsersException ? fault(ProxyKeys.USERS, message) : new ConfigException(message, e);
    }

    private static ConfigException fault(Key<?> key, String message) {
        return new ConfigException("the configuration", List.of(new Fault(key.path(), Place.NONE, "", message)));
    }
}
