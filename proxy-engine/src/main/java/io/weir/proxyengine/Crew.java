package io.weir.proxyengine;

import io.netty.util.concurrent.Future;
import io.weir.eventbus.LedgerEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loops, as who gives them work sees them: each, the first, or all after something was recorded. Any thread, once all are there. */
final class Crew {
    private static final Logger log = LoggerFactory.getLogger(Crew.class);

    private final List<EngineLoop> loops = new ArrayList<>();

    /** One more, before anybody gives them work. */
    void add(EngineLoop loop) {
        loops.add(loop);
    }

    /** All of them, lost ones too. */
    List<EngineLoop> all() {
        return Collections.unmodifiableList(loops);
    }

    /** Whether one has ended, or more, and not because it was told to. */
    boolean hasLost() {
        return loops.stream().anyMatch(loop -> loop.eventLoop().isTerminated());
    }

    /** Has each do something. Returns at once; void on those that have ended. */
    void each(Consumer<EngineLoop> task) {
        for (EngineLoop loop : loops) {
            give(loop, () -> task.accept(loop));
        }
    }

    /** Has the first do something that has not ended. Returns at once; answers whether there is one. */
    boolean first(Consumer<EngineLoop> task) {
        for (EngineLoop loop : loops) {
            if (give(loop, () -> task.accept(loop))) {
                return true;
            }
        }
        return false;
    }

    private static boolean give(EngineLoop loop, Runnable task) {
        try {
            loop.eventLoop().execute(task);
            return true;
        } catch (RejectedExecutionException stopped) {
            log.debug("a command came when the loop had stopped");
            return false;
        }
    }

    /**
     * Has a command recorded, and each loop carry it out. If the ring is full it is carried out all the same, and recorded when there is room: what is to end ends,
     * however slow the ledger is. Returns at once; void if the engine has stopped.
     */
    void command(LedgerEvent command, Consumer<EngineLoop> effect) {
        first(recorder -> {
            recorder.ledger().record(command);
            each(effect);
        });
    }

    /**
     * Has an event recorded and, when it has its place in the ring and not before, something done once and then by each loop: so whatever comes of it stands behind
     * the event. While the ring is full nothing of it happens. Of several such the first is the first in everything. Returns at once.
     *
     * @param once what is done before, and what each is given; by an event loop, so it must not wait
     * @return completes when each loop has done it; with nothing at once if the engine has stopped, and with its failure if what is done once fails. If a loop is lost
     *     meanwhile it never does
     */
    <T> CompletableFuture<Optional<T>> afterRecord(
            LedgerEvent event, Supplier<Optional<T>> once, BiConsumer<EngineLoop, Optional<T>> effect) {
        var done = new CompletableFuture<Optional<T>>();
        boolean isTaken = first(recorder -> recorder.ledger().record(event, () -> {
            Optional<T> given;
            try {
                given = once.get();
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
                throw e;
            }
            var left = new AtomicInteger(loops.size());
            Runnable countDown = () -> {
                if (left.decrementAndGet() == 0) {
                    done.complete(given);
                }
            };
            for (EngineLoop loop : loops) {
                boolean isGiven = give(loop, () -> {
                    try {
                        effect.accept(loop, given);
                    } finally { // if it fails, the loop's log says so, and the others are not held up
                        countDown.run();
                    }
                });
                if (!isGiven) {
                    countDown.run();
                }
            }
        }));
        if (!isTaken) {
            done.complete(Optional.empty());
        }
        return done;
    }

    /** Sums what each loop answers, on its own thread. Waits; no loop's thread. */
    int sum(ToIntFunction<EngineLoop> question) {
        int sum = 0;
        for (EngineLoop loop : loops) {
            if (loop.eventLoop().isTerminated()) {
                continue; // it is lost, and has nothing more to say
            }
            Future<Integer> answer =
                    loop.eventLoop().submit(() -> question.applyAsInt(loop)).awaitUninterruptibly();
            if (answer.isSuccess()) {
                sum += answer.getNow();
            } else {
                log.error("a loop could not answer", answer.cause());
                sum++; // it is not known to be done
            }
        }
        return sum;
    }

    /** Has each do something, and waits until it has. */
    void await(Consumer<EngineLoop> task) {
        sum(loop -> {
            task.accept(loop);
            return 0;
        });
    }
}
