package io.weir.replaytool;

import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.seal.Anchor;
import io.weir.aggregator.seal.TrustedKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code weir verify}: proves that a journal is what was written, as far as its seals reach, or says where not; or a statement about it. Only
 * reads; the caller's thread. Exit statuses as {@link ExitStatus} has them.
 */
@Command(
        name = "verify",
        description = "Reads a journal, beside a running proxy or from a copy, and checks its seals and its sums.",
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:verdict ok",
            "1:verdict violated: the journal or the statement is not what was written",
            "2:the journal, or the rest of it, a key, an anchor or the statement can't be read",
            "64:wrong usage"
        })
public final class VerifyCommand implements Callable<Integer> {
    private static final long MAX_ANCHOR_BYTES = 64L << 20;

    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Option(
            names = "--public-key",
            paramLabel = "FILE",
            description = "A public key (PEM) that seals may be of; may be repeated (default: those in seal/ beside the"
                    + " journal, which is less of a proof).")
    private List<Path> publicKeys = new ArrayList<>();

    @Option(
            names = "--anchor",
            paramLabel = "LINE|FILE",
            description =
                    "What weir anchor printed, or a file of such lines: these seals must be there. May be repeated.")
    private List<String> anchors = new ArrayList<>();

    @Option(
            names = "--statement",
            paramLabel = "FILE|-",
            description =
                    "Check a statement that weir statement made: its signature and, if there is a journal, its figures.")
    private @Nullable String statement;

    @Option(
            names = "--seals-only",
            description =
                    "Check checksums, sequences, the chain, signatures and anchors, and add nothing up: many times as fast.")
    private boolean sealsOnly;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Mixin
    private ProgressOption progress = new ProgressOption();

    /** For picocli. */
    public VerifyCommand() {}

    @Override
    public Integer call() {
        if (statement != null && sealsOnly) {
            throw journal.wrongUsage("--statement adds up what it states; --seals-only adds up nothing");
        }
        List<Anchor> expected = new ArrayList<>();
        try {
            for (String each : anchors) {
                addAnchors(each, expected);
            }
            if (statement != null) {
                return checkStatement(statement, expected);
            }
            try (JournalReader reader = journal.open()) {
                return answer(verify(reader, keys(), expected));
            }
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }

    private int checkStatement(String file, List<Anchor> expected) {
        String name = file.equals("-") ? "statement on the standard input" : "statement " + file;
        try {
            SignedStatement read = StatementFile.read(file, System.in);
            TrustedKeys trusted = keys();
            if (trusted.keys().isEmpty()) {
                journal.complain(name + ": there is no public key here to check it with; give --public-key");
                return ExitStatus.UNREADABLE;
            }
            StatementReport report = check(new StatementCheck(read, trusted), expected);
            try (CommandOutput out = journal.output()) {
                if (json) {
                    StatementReportText.asJson(out, report);
                } else {
                    StatementReportText.asText(out, journal.folder(), report);
                }
            }
            VerifyReport proof = report.journal();
            int ofJournal = proof == null ? ExitStatus.OK : journal.answer(proof);
            return ofJournal == ExitStatus.UNREADABLE ? ofJournal : report.exitStatus();
        } catch (StatementException e) {
            journal.complain(name + ": " + e.getMessage());
            return e.exitStatus();
        }
    }

    private StatementReport check(StatementCheck check, List<Anchor> expected) {
        if (!journal.isGiven() && !JournalFolder.holdsJournal(journal.folder())) {
            return check.report();
        }
        try (JournalReader reader = journal.open()) {
            return check.compare(journal, reader, expected, progress);
        }
    }

    private TrustedKeys keys() {
        return publicKeys.isEmpty()
                ? TrustedKeys.in(journal.folder().resolveSibling("seal"))
                : TrustedKeys.given(publicKeys);
    }

    private void addAnchors(String given, List<Anchor> found) {
        if (given.startsWith("weir-anchor")) {
            found.add(anchor(given, "--anchor"));
            return;
        }
        Path file = Path.of(given);
        try {
            if (Files.size(file) > MAX_ANCHOR_BYTES) {
                throw new JournalException(FaultKind.UNREADABLE, "anchors " + file + ": is no file of anchors");
            }
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            text.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .forEach(line -> found.add(anchor(line, "a line of " + file)));
        } catch (IOException e) {
            throw new JournalException(FaultKind.UNREADABLE, "anchors " + file + ": can't be read: " + e, e);
        }
    }

    private Anchor anchor(String line, String where) {
        try {
            return Anchor.parse(line);
        } catch (IllegalArgumentException e) {
            throw journal.wrongUsage(where + " " + e.getMessage());
        }
    }

    private VerifyReport verify(JournalReader reader, TrustedKeys trusted, List<Anchor> expected) {
        Optional<CheckpointHint> hint = CheckpointHint.read(journal.folder()); // before reading: it may only get better
        JournalVerifier verifier = new JournalVerifier(reader, trusted, expected);
        long now = System.currentTimeMillis();
        return progress.during(
                journal, line -> sealsOnly ? verifier.verifySeals(hint, line, now) : verifier.verify(hint, line, now));
    }

    private int answer(VerifyReport report) {
        if (report.audit().events() > 0) {
            print(report);
        }
        return journal.answer(report);
    }

    private void print(VerifyReport report) {
        try (CommandOutput out = journal.output()) {
            if (json) {
                new VerifyJson(out).write(report);
            } else {
                new VerifyText(out).write(journal.folder(), report);
            }
        }
    }
}
