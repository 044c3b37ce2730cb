package io.weir.proxyengine;

import org.jspecify.annotations.Nullable;

/**
 * Another {@link Entrance}, ready to be put in force: its addresses are taken, its certificates and users read. Nobody is let in by that. One that is not put in
 * force is to be closed; closing one that is does nothing. Belongs to the thread that changes the configuration.
 */
public final class NewEntrance implements AutoCloseable {
    private final Entrance config;
    private final Listeners.Ready listeners;
    private final @Nullable Users users;
    private final @Nullable Users before;
    private boolean isTaken;

    NewEntrance(Entrance config, Listeners.Ready listeners, @Nullable Users users, @Nullable Users before) {
        this.config = config;
        this.listeners = listeners;
        this.users = users;
        this.before = before;
    }

    Entrance config() {
        return config;
    }

    Listeners.Ready listeners() {
        return listeners;
    }

    @Nullable Users users() {
        return users;
    }

    /** Whom it replaces. */
    @Nullable Users before() {
        return before;
    }

    /** It is going to be in force. */
    void taken() {
        isTaken = true;
    }

    /** Gives back what it has taken. */
    @Override
    public void close() {
        if (isTaken) {
            return;
        }
        isTaken = true;
        giveBack();
    }

    /** It was going to be in force and is not: nobody is there any more to let in. */
    void giveBack() {
        listeners.discard();
        if (users != null && !users.equals(before)) {
            users.close();
        }
    }
}
