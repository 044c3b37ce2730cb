package io.weir.proxyengine;

import io.weir.proxyengine.access.AccessException;
import io.weir.proxyengine.access.PasswordChecker;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who may use the proxy while a configuration holds, and what is known of them. All loops ask it; any thread. */
final class Users implements AutoCloseable {
    private final AccessConfig config;
    private final PasswordChecker passwords;

    Users(AccessConfig config, PasswordChecker passwords) {
        this.config = config;
        this.passwords = passwords;
    }

    /**
     * Reads the users, unless they are the ones of before. What was found out by others is forgotten; who guessed is slowed down as before.
     *
     * @param config null if everybody may use the proxy
     * @throws EngineException naming all faults of the file
     */
    static @Nullable Users open(@Nullable AccessConfig config, @Nullable Users before) {
        if (config == null) {
            return null;
        }
        if (before != null && Objects.equals(config, before.config)) {
            return before;
        }
        try {
            return new Users(config, PasswordChecker.open(config.users(), before == null ? null : before.passwords));
        } catch (AccessException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /** As one event loop sees them. */
    LoopAccess at(EngineLoop loop) {
        return new LoopAccess(loop, config, passwords.desk());
    }

    int count() {
        return passwords.users();
    }

    /** Reads the file again if it has changed. */
    void refresh() {
        passwords.refresh();
    }

    /** Nobody asks any more; who still waits for an answer is told that there is no room. */
    @Override
    public void close() {
        passwords.close();
    }
}
