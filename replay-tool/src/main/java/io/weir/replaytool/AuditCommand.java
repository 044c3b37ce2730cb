package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.eventbus.Counts;
import io.weir.replaytool.Finding.Kind;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code weir audit}: proves that every byte of a journal is accounted for, or says where not. Only reads; the caller's
 * thread. Exit statuses as {@link ExitStatus} has them.
 */
@Command(
        name = "audit",
        description = {
            "Reads a journal, beside a running proxy or from a copy, and checks that its sums agree.",
            "With --by, a time or a filter it also adds up what root sessions moved.",
            ""
        },
        footer = {
            "",
            "Bytes count when they were journaled: within milliseconds after they moved, later while the ring is full, and at the"
                    + " end of a gap for all that was held in it. So a byte near the turn of an hour may count in the next one; none"
                    + " counts twice or is left out. Hours and days are UTC.",
            "UNDELIV: what tunnels that are passed on unread read on one side and did not write to the other. Of a part of a"
                    + " session's life it may be below zero.",
            "If there are more groups than are shown, the rest is one line. The sum is exact, always.",
            "",
            "Examples:",
            "  weir audit --by host --from -24h --top 20",
            "  weir audit --by hour --user alice --from 2026-11-23T00:00:00Z --to 2026-11-24T00:00:00Z --csv",
            "  weir audit --json --sessions"
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:verdict ok",
            "1:verdict violated",
            "2:the journal, or the rest of it, can't be read",
            "64:wrong usage"
        })
public final class AuditCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Mixin
    private ProgressOption progress = new ProgressOption();

    @Mixin
    private StatementOptions statements = new StatementOptions();

    @ArgGroup
    private Form form = new Form();

    @ArgGroup
    private Rows rows = new Rows();

    /** How to print; one of these at most. */
    private static final class Form {
        @Option(names = "--json", description = "Print one JSON object.")
        private boolean json;

        @Option(
                names = "--csv",
                description = "Print the sums of --by as CSV, and on the standard error what is wrong.")
        private boolean csv;
    }

    /** Which sessions or groups to show; one of these at most. */
    private static final class Rows {
        @Option(names = "--sessions", description = "Show all sessions.")
        private boolean all;

        @Option(names = "--session", paramLabel = "ID", description = "Show one session and when its bytes moved.")
        private @Nullable Long one;

        @Option(
                names = "--top",
                paramLabel = "N",
                description = "Show the N sessions, or with --by the N groups (default: 1000), that moved most bytes.")
        private @Nullable Integer top;
    }

    /** For picocli. */
    public AuditCommand() {}

    @Override
    public Integer call() {
        requireUsable();
        try (JournalReader reader = journal.open()) {
            if (form.csv) {
                return auditAsCsv(reader);
            }
            return form.json ? auditAsJson(reader) : auditAsText(reader);
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }

    private void requireUsable() {
        if (rows.top != null && rows.top < 1) {
            throw journal.wrongUsage("--top must be 1 or more, not " + rows.top);
        }
        if (rows.one != null && rows.one < 1) {
            throw journal.wrongUsage("--session must be 1 or more, not " + rows.one);
        }
        if (statements.isGiven() && (rows.all || rows.one != null)) {
            throw journal.wrongUsage(
                    "--sessions and --session show all there is; with a time or a filter use --by session");
        }
        statements.requireUsable(journal);
    }

    private int auditAsJson(JournalReader reader) {
        boolean withRows = rows.all || rows.one != null || (rows.top != null && !statements.isGiven());
        try (CommandOutput out = journal.output()) {
            AuditJson writer = new AuditJson(out, withRows);
            Audited audited = audit(reader, withRows ? writer : SessionView.NONE);
            if (audited.report.events() > 0) {
                writer.end(audited.report, audited.statement);
            }
            return answer(audited.report);
        }
    }

    private int auditAsText(JournalReader reader) {
        try (CommandOutput out = journal.output()) {
            SessionTable table = new SessionTable(out);
            SessionDetail detail = new SessionDetail(out);
            Audited audited = audit(reader, rows.one != null ? detail : table);
            table.end();
            if (audited.statement != null) {
                StatementOutput.asText(out, audited.statement);
            }
            if (audited.report.events() > 0) {
                new AuditText(out).write(journal.folder(), audited.report);
            }
            if (rows.one != null && !detail.isFound()) {
                journal.complain("session " + rows.one + " is not in this journal");
            }
            return answer(audited.report);
        }
    }

    private int auditAsCsv(JournalReader reader) {
        if (rows.all || rows.one != null) {
            throw journal.wrongUsage("--csv prints the sums of --by; for sessions use weir export sessions");
        }
        try (CommandOutput out = journal.output()) {
            JournalAuditor auditor = new JournalAuditor(reader, SessionView.NONE, 0);
            Statement statement = statements.statement(auditor.fold());
            AuditReport report = read(auditor, statement);
            StatementOutput.asCsv(out, statement);
            report.findings().forEach(finding -> journal.complain(finding.line()));
            return answer(report);
        }
    }

    /** What came of it; the statement only if one was asked for. */
    private record Audited(AuditReport report, @Nullable Statement statement) {}

    private Audited audit(JournalReader reader, SessionView view) {
        if (statements.isGiven()) {
            JournalAuditor auditor = new JournalAuditor(reader, SessionView.NONE, 0);
            Statement statement = statements.statement(auditor.fold());
            return new Audited(read(auditor, statement), statement);
        }
        Integer limit = rows.top;
        if (limit != null) {
            TopSessions top = new TopSessions(limit);
            AuditReport report = read(new JournalAuditor(reader, top, 0), null);
            top.showTo(view);
            return new Audited(report, null);
        }
        Long id = rows.one;
        JournalAuditor auditor = id != null
                ? new JournalAuditor(reader, new OneSession(id, view), id)
                : new JournalAuditor(reader, rows.all ? view : SessionView.NONE, 0);
        return new Audited(read(auditor, null), null);
    }

    private AuditReport read(JournalAuditor auditor, @Nullable Statement statement) {
        if (statement != null) {
            auditor.showFirstTo(statement);
        }
        Optional<CheckpointHint> hint = CheckpointHint.read(journal.folder()); // before reading: it may only get better
        AuditReport report = progress.during(journal, line -> auditor.audit(hint, line));
        if (statement != null) {
            statement.end(StatementOptions.shown(rows.top));
        }
        return report;
    }

    private int answer(AuditReport report) {
        Optional<Finding> stop = report.findings().stream()
                .filter(each -> each.kind() == Kind.NEWER_VERSION || each.kind() == Kind.UNREADABLE)
                .findFirst();
        if (report.isStopped() && stop.isPresent()) {
            boolean isNewer = stop.get().kind() == Kind.NEWER_VERSION;
            return journal.refuse(
                    isNewer ? FaultKind.NEWER_VERSION : FaultKind.UNREADABLE,
                    stop.get().line());
        }
        if (report.events() == 0) {
            String why = report.isOk() ? "" : ": " + report.findings().get(0).line();
            return journal.refuse(FaultKind.NOT_A_JOURNAL, "journal " + journal.folder() + ": holds no event" + why);
        }
        return report.exitStatus();
    }

    /** Passes on one session of all. */
    private record OneSession(long id, SessionView view) implements SessionView {
        @Override
        public void session(ConnectionInfo session) {
            if (session.id() == id) {
                view.session(session);
            }
        }

        @Override
        public void moved(long sequence, long atMillis, Counts delta) {
            view.moved(sequence, atMillis, delta);
        }
    }
}
