package io.weir.proxyengine.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether users are who they say they are, by a users file. One a node; any thread.
 *
 * <p>A check is a hash that is meant to be slow, so {@link Workers} compute it. At most {@value #CHECKS_MAX} wait, each for all that ask the same from the same source at
 * once; beyond that it says so at once. What was found right is remembered for a minute after it was last asked for, and until the file changes.
 * A source that is slowed down takes a place of its own in time and none in the queue; one that was not yet when it asked may be when its turn has come, so that the first
 * flood from one source fills the queue and empties it without being computed.
 *
 * <p>The file is looked at every two seconds and read again when it has changed. One that has faults changes nothing.
 */
public final class PasswordChecker implements AutoCloseable {
    static final int CHECKS_MAX = 128;
    static final Duration REMEMBERED = Duration.ofSeconds(60);

    private static final Logger log = LoggerFactory.getLogger(PasswordChecker.class);
    private static final int ASKERS_MAX = 4096;
    private static final int REMEMBERED_MAX = 10_000;
    private static final int KEY_BYTES = 32;
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Path file;
    private final Workers workers;
    private final SourceDelays delays;
    private final Cache<Question, Long> remembered; // with the generation by which it is right
    private final byte[] key = new byte[KEY_BYTES];
    private final LongAdder computed = new LongAdder();
    private final Map<Question, List<Desk.Asker>> open = new HashMap<>(); // guarded by itself
    private int askers; // guarded by open
    private volatile UserTable users;
    private FileStamp stamp; // of the file that was read last, with faults or not; guarded by this

    /** Who asks what; the same twice is computed once. */
    private record Question(long source, Fingerprint fingerprint) {}

    private PasswordChecker(
            Path file, FileStamp stamp, UserTable users, Workers workers, LongSupplier nanoClock, SourceDelays delays) {
        this.file = file;
        this.stamp = stamp;
        this.users = users;
        this.workers = workers;
        this.delays = delays;
        new SecureRandom().nextBytes(key);
        remembered = Caffeine.newBuilder()
                .maximumSize(REMEMBERED_MAX)
                .expireAfterAccess(REMEMBERED)
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Reads the file and starts the threads.
     *
     * @throws AccessException if it cannot be used, naming all faults
     */
    public static PasswordChecker open(Path file) {
        return open(file, null);
    }

    /**
     * The same in the place of another: who has guessed there is slowed down here, too. Nothing else is known of it.
     *
     * @param before null if there is none
     */
    public static PasswordChecker open(Path file, @Nullable PasswordChecker before) {
        return open(
                file,
                AuthThreads::new,
                System::nanoTime,
                before == null ? new SourceDelays(System::nanoTime) : before.delays);
    }

    static PasswordChecker open(Path file, java.util.function.Supplier<Workers> workers, LongSupplier nanoClock) {
        return open(file, workers, nanoClock, new SourceDelays(nanoClock));
    }

    private static PasswordChecker open(
            Path file, java.util.function.Supplier<Workers> workers, LongSupplier nanoClock, SourceDelays delays) {
        Path real = file.toAbsolutePath();
        FileStamp stamp = FileStamp.of(real); // before it is read: a change meanwhile shows at the next look
        UserTable users = UserTable.of(1, UsersFile.read(real));
        var checker = new PasswordChecker(real, stamp, users, workers.get(), nanoClock, delays);
        checker.workers.runEvery(checker::look, LOOK_NANOS);
        return checker;
    }

    /** Where one event loop asks. */
    public Desk desk() {
        var random = new SecureRandom();
        return new Desk(this, Fingerprint.mac(key), new SipHash(random.nextLong(), random.nextLong()));
    }

    /** How many users there are. */
    public int users() {
        return users.hashes().size();
    }

    /** Hashes that were computed. */
    public long computed() {
        return computed.sum();
    }

    /** Of the users as they are now. */
    long generation() {
        return users.generation();
    }

    /**
     * The generation by which it was right lately, said from there, if that is the one of now; null if not. Who guesses elsewhere learns nothing from it.
     */
    @Nullable Long remembered(long source, Fingerprint fingerprint) {
        Long generation = remembered.getIfPresent(new Question(source, fingerprint));
        return generation != null && generation == users.generation() ? generation : null;
    }

    /** Takes a question, and answers it later on the asker's thread; if there is no room, soon. */
    void ask(long source, Fingerprint fingerprint, Credentials credentials, Desk.Asker asker) {
        var question = new Question(source, fingerprint);
        boolean isNew = false;
        boolean isTaken;
        synchronized (open) {
            List<Desk.Asker> others = open.get(question);
            isTaken = askers < ASKERS_MAX && (others != null || open.size() < CHECKS_MAX);
            if (isTaken) {
                askers++;
                isNew = others == null;
                open.computeIfAbsent(question, ignored -> new ArrayList<>(1)).add(asker);
            }
        }
        if (!isTaken) {
            asker.answer(Verdict.NO_ROOM);
        } else if (isNew) {
            begin(question, credentials);
        }
    }

    private void begin(Question question, Credentials credentials) {
        if (delays.isFree(question.source)) {
            run(question, () -> beginInTurn(question, credentials));
        } else {
            slowDown(question, credentials);
        }
    }

    private void beginInTurn(Question question, Credentials credentials) {
        if (delays.isFree(question.source)) {
            check(question, credentials);
        } else {
            slowDown(question, credentials);
        }
    }

    private void run(Question question, Runnable task) {
        if (!workers.run(task)) {
            answer(question, Verdict.NO_ROOM);
        }
    }

    private void slowDown(Question question, Credentials credentials) {
        long wait = delays.reserve(question.source);
        if (wait > SourceDelays.LONGEST_NANOS) {
            int seconds = (int) TimeUnit.NANOSECONDS.toSeconds(wait) + 1;
            answer(question, new Verdict(Verdict.Outcome.TOO_EARLY, null, seconds));
        } else if (wait == 0) {
            run(question, () -> check(question, credentials));
        } else if (!workers.runIn(() -> check(question, credentials), wait)) {
            answer(question, Verdict.NO_ROOM);
        }
    }

    private void check(Question question, Credentials credentials) {
        Verdict verdict = Verdict.NO_ROOM;
        try {
            verdict = verdict(question, credentials);
        } catch (RuntimeException | Error e) { // there may be no memory for it; those who asked are answered
            log.error("a password could not be checked", e);
        } finally {
            answer(question, verdict);
        }
    }

    private Verdict verdict(Question question, Credentials credentials) {
        UserTable table = users;
        computed.increment();
        if (!table.matches(credentials, nameNumber(credentials))) {
            delays.wrong(question.source);
            return Verdict.WRONG;
        }
        remembered.put(question, table.generation());
        return new Verdict(
                Verdict.Outcome.RIGHT, new Known(credentials.name(), question.fingerprint, table.generation()), 0);
    }

    /** The same for a name each time, and not to be foretold. */
    private int nameNumber(Credentials credentials) {
        byte[] name = credentials.name().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return java.nio.ByteBuffer.wrap(Fingerprint.mac(key).doFinal(name)).getInt();
    }

    private void answer(Question question, Verdict verdict) {
        @Nullable List<Desk.Asker> all;
        synchronized (open) {
            all = open.remove(question);
            askers -= all == null ? 0 : all.size();
        }
        if (all != null) {
            all.forEach(asker -> asker.answer(verdict));
        }
    }

    /** Reads the file again if it has changed. One thread at a time. */
    synchronized void look() {
        FileStamp now = FileStamp.of(file);
        if (now.equals(stamp)) {
            return;
        }
        stamp = now;
        try {
            UserTable next = UserTable.of(users.generation() + 1, UsersFile.read(file));
            users = next;
            remembered.invalidateAll();
            log.info(
                    "users were read again file={} users={}",
                    file,
                    next.hashes().size());
        } catch (AccessException e) {
            log.warn("users stay as they were: {}", e.getMessage());
        } catch (RuntimeException | Error e) { // would end the looks
            log.error("the users file could not be looked at", e);
        }
    }

    /** Looks now whether the file has changed, and reads it again then. Reads a file. */
    public void refresh() {
        look();
    }

    /** Stops the threads. Who still waits for an answer is told that there is no room. */
    @Override
    public void close() {
        workers.close();
        List<Question> unanswered;
        synchronized (open) {
            unanswered = List.copyOf(open.keySet());
        }
        unanswered.forEach(question -> answer(question, Verdict.NO_ROOM));
    }
}
