package io.weir.replaytool;

import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.seal.SealKey;
import io.weir.aggregator.seal.TrustedKeys;
import io.weir.replaytool.Subject.Named;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code weir statement}: proves a journal, adds up what a session, a client or a user moved, and signs it with the key that seals the journal.
 * Only reads, but for the file that it may be told to write; needs no lock. The caller's thread.
 */
@Command(
        name = "statement",
        description = {
            "Reads a journal, beside a running proxy or from a copy, proves it as weir verify does, and prints what a session, a client or"
                    + " a user moved, signed with the node's seal key.",
            ""
        },
        footer = {
            "",
            "The statement covers the events up to the newest seal. weir verify --statement checks it, elsewhere and later.",
            "",
            "Examples:",
            "  weir statement --user alice --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --out alice.txt",
            "  weir statement --session 42 --json"
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the statement was made",
            "1:the journal is violated; no statement is made",
            "2:the journal or the key can't be read, no seal covers the time, or the file can't be written; no statement is made",
            "64:wrong usage, or the session is not in the journal"
        })
public final class StatementCommand implements Callable<Integer> {
    private static final int BREAKS_SHOWN = 10;

    @Mixin
    private JournalAccess journal = new JournalAccess();

    @ArgGroup(multiplicity = "1")
    private Whose whose = new Whose();

    @Mixin
    private TimeOptions times = new TimeOptions();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write the statement to this file, which must not be there yet.")
    private @Nullable Path out;

    @Option(names = "--unsigned", description = "Do not sign, as where the key is not: proves nothing to anybody.")
    private boolean unsigned;

    @Mixin
    private ProgressOption progress = new ProgressOption();

    /** Whom the statement is about; one of these. */
    private static final class Whose {
        @Option(names = "--session", paramLabel = "ID", description = "State what one session moved.")
        private @Nullable Long session;

        @Option(
                names = "--client",
                paramLabel = "ADDRESS",
                description = "State what root sessions of one client moved: its whole address, without a port.")
        private @Nullable String client;

        @Option(names = "--user", paramLabel = "NAME", description = "State what root sessions of one user moved.")
        private @Nullable String user;
    }

    /** No statement is made, as was said. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status) {
            this.status = status;
        }
    }

    /** For picocli. */
    public StatementCommand() {}

    @Override
    public Integer call() {
        Named subject = subject();
        times.requireOrder(journal);
        try {
            SealKey key = unsigned ? null : key();
            return write(statement(subject, key));
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        } catch (Refused e) {
            return e.status;
        }
    }

    private Named subject() {
        Long session = whose.session;
        String client = whose.client;
        String user = whose.user;
        if (session != null) {
            if (session < 1) {
                throw journal.wrongUsage("--session must be 1 or more, not " + session);
            }
            return new Named(Named.Kind.SESSION, Long.toString(session));
        }
        boolean isClient = client != null;
        String name = isClient ? client : user;
        if (name == null || name.isEmpty()) {
            throw journal.wrongUsage(isClient ? "--client must be an address" : "--user must be a name");
        }
        return new Named(isClient ? Named.Kind.CLIENT : Named.Kind.USER, name);
    }

    private Path keyFolder() {
        return journal.folder().resolveSibling("seal");
    }

    private SealKey key() throws Refused {
        try {
            return SealKey.load(keyFolder());
        } catch (JournalException e) {
            throw refuse(
                    ExitStatus.UNREADABLE,
                    String.valueOf(e.getMessage()),
                    "only the node's own key signs: run this beside its folder seal/ as the user that the proxy runs as; or give"
                            + " --unsigned");
        }
    }

    private SignedStatement statement(Named subject, @Nullable SealKey key) throws Refused {
        NewestSeal newest = newestSeal();
        try (JournalReader reader = journal.open()) {
            EventRange range =
                    new EventRange(times.fromMillis(), times.toMillis(), 1, Math.max(0, newest.sequence() - 1));
            JournalVerifier verifier = new JournalVerifier(reader, TrustedKeys.in(keyFolder()), List.of());
            StatedFigures figures = new StatedFigures(verifier.fold(), subject, range);
            verifier.showFirstTo(figures);
            Optional<CheckpointHint> hint = CheckpointHint.read(journal.folder()); // before reading
            long now = System.currentTimeMillis();
            VerifyReport report = progress.during(journal, line -> verifier.verify(hint, line, now));
            figures.end();
            requireProved(report);
            require(new StatementConditions(report, figures, range.lastSequence(), newest.seal(), key), subject);
            SignedStatement statement = new SignedStatement(values(subject, figures, range, key != null, now), "");
            return key == null ? statement : statement.with(key.signStatement(statement.signedBytes()));
        }
    }

    private NewestSeal newestSeal() {
        NewestSeal newest = new NewestSeal();
        try (JournalReader reader = journal.open()) {
            newest.find(journal.folder(), reader); // whether all is whole is asked below
        }
        return newest;
    }

    private void requireProved(VerifyReport report) throws Refused {
        int status = journal.answer(report);
        if (status == ExitStatus.OK) {
            return;
        }
        if (status == ExitStatus.VIOLATED) {
            report.breaks().stream().limit(BREAKS_SHOWN).forEach(each -> journal.complain(each.line()));
            journal.complain("no statement is made of a journal that is violated; weir verify shows all that is wrong");
        }
        throw new Refused(status);
    }

    private void require(StatementConditions conditions, Named subject) throws Refused {
        Optional<StatementConditions.Refusal> refusal = conditions.refusal(subject, keyFolder());
        if (refusal.isPresent()) {
            throw refuse(
                    refusal.get().status(), refusal.get().what(), refusal.get().advice());
        }
        StatedFigures figures = conditions.figures();
        if (figures.isEmpty()) {
            journal.complain("nothing of " + subject.kind().word() + " " + subject.name()
                    + " is in that time; the statement says so");
        }
        if (figures.waiting() > 0) {
            journal.complain("covers the events up to sequence " + conditions.through() + "; "
                    + Figures.counted(figures.waiting(), "later event") + " of that time wait for the next seal");
        }
    }

    private Refused refuse(int status, String what, String advice) {
        journal.complain(what);
        journal.complain(advice);
        return new Refused(status);
    }

    private static Map<StatementField, String> values(
            Named subject, StatedFigures figures, EventRange range, boolean isSigned, long nowMillis) {
        Map<StatementField, String> values = figures.values();
        values.put(StatementField.VERSION, SignedStatement.VERSION);
        values.put(StatementField.STATUS, isSigned ? SignedStatement.SIGNED : SignedStatement.UNSIGNED);
        values.put(StatementField.MADE, Figures.time(nowMillis));
        values.put(StatementField.SUBJECT, subject.kind().word());
        values.put(StatementField.NAME, subject.name());
        if (range.fromMillis() > 0) {
            values.put(StatementField.FROM, Figures.time(range.fromMillis()));
        }
        if (range.toMillis() < Long.MAX_VALUE) {
            values.put(StatementField.TO, Figures.time(range.toMillis()));
        }
        values.put(StatementField.THROUGH_SEQUENCE, Long.toString(range.lastSequence()));
        values.put(StatementField.WAITING, Long.toString(figures.waiting()));
        return values;
    }

    private int write(SignedStatement statement) {
        String text = json ? statement.json() : statement.text();
        Path file = out;
        if (file == null) {
            try (CommandOutput output = journal.output()) {
                output.print(text);
            }
            return ExitStatus.OK;
        }
        try {
            Files.write(file, text.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.CREATE_NEW);
            return ExitStatus.OK;
        } catch (FileAlreadyExistsException e) {
            journal.complain("file " + file + ": is there already; a statement is not written over another file");
        } catch (IOException e) {
            journal.complain("file " + file + ": can't be written: " + e);
        }
        return ExitStatus.UNREADABLE;
    }
}
