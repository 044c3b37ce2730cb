package io.weir.proxyengine.access;

import java.net.InetAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/** Where one event loop asks a {@link PasswordChecker}. That loop only. */
public final class Desk {
    /** Who waits for an answer, and on which thread. */
    record Asker(Executor thread, Consumer<Verdict> listener) {
        void answer(Verdict verdict) {
            try {
                thread.execute(() -> listener.accept(verdict));
            } catch (RejectedExecutionException gone) {
                // its loop has ended, and its connections with it
            }
        }
    }

    private final PasswordChecker checker;
    private final Mac mac;
    private final SipHash marks;

    Desk(PasswordChecker checker, Mac mac, SipHash marks) {
        this.checker = checker;
        this.mac = mac;
        this.marks = marks;
    }

    /** Stands for what a client has sent, as it came; cheaper than {@link #known}, and of use on the same connection only. */
    public Mark mark(String sent) {
        return new Mark(marks.of(sent));
    }

    /** Whether a client sends what was found right before, and that is right still. */
    public boolean isStill(Known known, Mark mark, String sent) {
        return known.generation() == checker.generation() && mark.fingerprint().isSame(marks.of(sent));
    }

    /**
     * Who it is, if that is known without computing; null if not.
     *
     * @param source the client's address: what was right from another is asked again, so that guesses are slowed down
     * @param last what was known on the connection before: the same credentials are right as long as the file is the same
     */
    public @Nullable Known known(InetAddress source, Credentials credentials, @Nullable Known last) {
        Fingerprint fingerprint = Fingerprint.of(mac, credentials);
        if (last != null && last.fingerprint().equals(fingerprint) && last.generation() == checker.generation()) {
            return last;
        }
        Long generation = checker.remembered(SourceDelays.source(source), fingerprint);
        return generation == null
                ? null
                : new Known(credentials.name(), fingerprint, generation); // not of now: other users may just have come
    }

    /**
     * Finds out who it is.
     *
     * @param source the client's address, by which it is slowed down
     * @param thread on which the listener is called, once, not before this returns if it is this thread
     */
    public void check(InetAddress source, Credentials credentials, Executor thread, Consumer<Verdict> listener) {
        checker.ask(
                SourceDelays.source(source),
                Fingerprint.of(mac, credentials),
                credentials,
                new Asker(thread, listener));
    }
}
