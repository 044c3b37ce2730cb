package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.SessionFilter;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose bytes and refusals count in a statement. Immutable. */
interface Subject {
    /** Whether what a session moved counts. */
    boolean counts(ConnectionInfo session);

    /**
     * Whether a refusal counts.
     *
     * @param session the open session that was refused; null if it is of none
     */
    boolean counts(ConnectionRefused refused, @Nullable ConnectionInfo session);

    /** Root sessions that a filter finds, so that each byte counts once. */
    record Filtered(SessionFilter filter) implements Subject {
        @Override
        public boolean counts(ConnectionInfo session) {
            return session.isRoot() && filter.matches(session);
        }

        @Override
        public boolean counts(ConnectionRefused refused, @Nullable ConnectionInfo session) {
            if (session != null) {
                return filter.matches(session);
            }
            return filter.user().isEmpty()
                    && filter.protocol() == null
                    && refused.remote().contains(filter.client())
                    && refused.target().toLowerCase(Locale.ROOT).contains(filter.host());
        }
    }

    /** One session, which may be an exchange in a tunnel; else the root sessions of one client's address or one user, exactly. */
    record Named(Kind kind, String name) implements Subject {
        /** What can be named. */
        enum Kind {
            SESSION,
            CLIENT,
            USER;

            /** The word for it in a statement. */
            String word() {
                return name().toLowerCase(Locale.ROOT);
            }

            /** The kind that has this word. */
            static Optional<Kind> of(String word) {
                return Arrays.stream(values())
                        .filter(each -> each.word().equals(word))
                        .findFirst();
            }
        }

        @Override
        public boolean counts(ConnectionInfo session) {
            return switch (kind) {
                case SESSION -> isId(session.id());
                case CLIENT ->
                    session.isRoot() && Grouping.address(session.remote()).equals(name);
                case USER -> session.isRoot() && session.user().equals(name);
            };
        }

        @Override
        public boolean counts(ConnectionRefused refused, @Nullable ConnectionInfo session) {
            return switch (kind) {
                case SESSION -> isId(refused.sessionId());
                case CLIENT -> Grouping.address(refused.remote()).equals(name);
                case USER -> session != null && session.user().equals(name);
            };
        }

        /** Whether it is the session of that id. */
        boolean isId(long id) {
            return kind == Kind.SESSION && name.equals(Long.toString(id));
        }
    }
}
