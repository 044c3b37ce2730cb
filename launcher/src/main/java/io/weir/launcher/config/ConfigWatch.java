package io.weir.launcher.config;

import io.weir.launcher.config.ConfigFile.Stamp;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the configuration read again when its file has changed and when a SIGHUP comes, on a thread of its own, {@code weir-config}.
 *
 * <p>It looks at the file each second. A file that was changed is read when it has rested from one look to the next, so that one that is
 * being written is not taken for a shorter one. A signal reads it at once.
 */
public final class ConfigWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);
    private static final long LOOK_MILLIS = 1000;
    private static final long STOP_SECONDS = 5;

    private final ConfigKeeper keeper;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
        var made = new Thread(work, "weir-config");
        made.setDaemon(true);
        return made;
    });
    private Stamp read;
    private Stamp seen;

    private ConfigWatch(ConfigKeeper keeper) {
        this.keeper = keeper;
        read = keeper.file().stamp();
        seen = read;
    }

    /** Looks from now on, at first whether the file changed since it was read. */
    public static ConfigWatch start(ConfigKeeper keeper) {
        var watch = new ConfigWatch(keeper);
        watch.thread.execute(() -> watch.reload("file"));
        watch.thread.scheduleWithFixedDelay(watch::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (!Signals.on("HUP", watch::hangUp)) {
            log.info("SIGHUP does not reload the configuration here");
        }
        return watch;
    }

    private void hangUp() {
        try {
            thread.execute(() -> {
                reload("sighup");
                keeper.refresh();
            });
        } catch (RejectedExecutionException e) {
            log.debug("a SIGHUP came when the node had stopped");
        }
    }

    private void look() {
        Stamp now = keeper.file().stamp();
        boolean rests = now.equals(seen);
        seen = now;
        if (rests && !now.equals(read)) {
            reload("file");
        }
    }

    private void reload(String by) {
        read = keeper.file().stamp(); // before it is read: a change meanwhile is seen next time
        try {
            keeper.reload(by);
        } catch (RuntimeException e) {
            log.error("configuration not reloaded by={}", by, e);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                log.warn("a reload of the configuration is still under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
