package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
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
        description = "Reads a journal, beside a running proxy or from a copy, and checks that its sums agree.",
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:verdict ok",
            "1:verdict violated",
            "2:the journal, or the rest of it, can't be read",
            "64:wrong usage"
        })
public final class AuditCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(names = "--progress", description = "Show progress on the standard error even if it is no terminal.")
    private boolean progress;

    @ArgGroup
    private Rows rows = new Rows();

    /** Which sessions to show; one of these at most. */
    private static final class Rows {
        @Option(names = "--sessions", description = "Show all sessions.")
        private boolean all;

        @Option(names = "--session", paramLabel = "ID", description = "Show one session and when its bytes moved.")
        private @Nullable Long one;

        @Option(names = "--top", paramLabel = "N", description = "Show the N sessions that moved most bytes.")
        private @Nullable Integer top;
    }

    /** For picocli. */
    public AuditCommand() {}

    @Override
    public Integer call() {
        requireUsable();
        try (JournalReader reader = journal.open()) {
            return json ? auditAsJson(reader) : auditAsText(reader);
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
    }

    private int auditAsJson(JournalReader reader) {
        boolean withRows = rows.all || rows.one != null || rows.top != null;
        try (CommandOutput out = journal.output()) {
            AuditJson writer = new AuditJson(out, withRows);
            AuditReport report = audit(reader, withRows ? writer : SessionView.NONE);
            if (report.events() > 0) {
                writer.end(report);
            }
            return answer(report);
        }
    }

    private int auditAsText(JournalReader reader) {
        try (CommandOutput out = journal.output()) {
            SessionTable table = new SessionTable(out);
            SessionDetail detail = new SessionDetail(out);
            AuditReport report = audit(reader, rows.one != null ? detail : table);
            table.end();
            if (report.events() > 0) {
                new AuditText(out).write(journal.folder(), report);
            }
            if (rows.one != null && !detail.isFound()) {
                journal.complain("session " + rows.one + " is not in this journal");
            }
            return answer(report);
        }
    }

    private AuditReport audit(JournalReader reader, SessionView view) {
        Integer limit = rows.top;
        if (limit != null) {
            TopSessions top = new TopSessions(limit);
            AuditReport report = read(reader, top, 0);
            top.showTo(view);
            return report;
        }
        Long id = rows.one;
        if (id != null) {
            return read(reader, new OneSession(id, view), id);
        }
        return read(reader, rows.all ? view : SessionView.NONE, 0);
    }

    private AuditReport read(JournalReader reader, SessionView view, long watchedSession) {
        Optional<CheckpointHint> hint = CheckpointHint.read(journal.folder()); // before reading: it may only get better
        if (!progress && !ProgressLine.isWatched()) {
            return new JournalAuditor(reader, view, watchedSession).audit(hint, ReadProgress.NONE);
        }
        ProgressLine line = new ProgressLine(journal.errors(), journal.bytes(), progress);
        try {
            return new JournalAuditor(reader, view, watchedSession).audit(hint, line);
        } finally {
            line.end();
        }
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
