package io.weir.proxyengine.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/**
 * Users whose passwords are cheap to check, and a checker whose time stands still unless the test moves it. Its tasks run on the thread that moves the time or that lets them run; any thread.
 */
public final class TestUsers {
    private final ManualWorkers workers = new ManualWorkers();

    /** A hash that takes a millisecond. */
    public static String hash(String password) {
        return BcryptHash.of(password.getBytes(StandardCharsets.UTF_8), 4).text();
    }

    /** Writes a file of names and passwords, in turn. */
    public static Path write(Path file, String... namesAndPasswords) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < namesAndPasswords.length; i += 2) {
            lines.add(namesAndPasswords[i] + ':' + hash(namesAndPasswords[i + 1]));
        }
        try {
            return Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A checker by this time. */
    public PasswordChecker open(Path file) {
        return PasswordChecker.open(file, () -> workers, workers::now);
    }

    /** Whether tasks run as soon as they are given; else they wait for {@link #runAll}. */
    public TestUsers runsAtOnce(boolean atOnce) {
        workers.atOnce = atOnce;
        return this;
    }

    public void runAll() {
        workers.advance(0);
    }

    public void advance(long amount, TimeUnit unit) {
        workers.advance(unit.toNanos(amount));
    }

    /** How many tasks wait, those for later included. */
    public int waiting() {
        return workers.waiting();
    }

    public static void look(PasswordChecker checker) {
        checker.look();
    }

    private static final class ManualWorkers implements Workers {
        private record Later(Runnable task, long atNanos) {}

        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private final PriorityQueue<Later> later = new PriorityQueue<>(Comparator.comparingLong(Later::atNanos));
        private volatile long now = 1;
        private volatile boolean atOnce;
        private boolean closed;

        long now() {
            return now;
        }

        synchronized int waiting() {
            return tasks.size() + later.size();
        }

        @Override
        public synchronized boolean run(Runnable task) {
            if (closed) {
                return false;
            }
            if (atOnce) {
                task.run();
            } else {
                tasks.add(task);
            }
            return true;
        }

        @Override
        public synchronized boolean runIn(Runnable task, long nanos) {
            return !closed && later.add(new Later(task, now + nanos));
        }

        @Override
        public void runEvery(Runnable task, long nanos) {}

        synchronized void advance(long nanos) {
            long until = now + nanos;
            while (true) {
                Runnable next = tasks.poll();
                if (next == null && !later.isEmpty() && later.peek().atNanos <= until) {
                    Later due = later.remove();
                    now = due.atNanos;
                    next = due.task;
                }
                if (next == null) {
                    now = until;
                    return;
                }
                next.run();
            }
        }

        @Override
        public synchronized void close() {
            closed = true;
        }
    }
}
