package io.weir.replaytool;

import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.ReadProgress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir diff}: compares two journals, or two ranges, session by session. Only reads; the caller's thread. */
@Command(
        name = "diff",
        description = {
            "Compares two journals, or two ranges of one, session by session: which are on one side only, and which differ, in what.",
            ""
        },
        footer = {
            "",
            "Sessions are told apart by their ids. Of a range a session has the bytes that moved in it, and its end if it ended in it.",
            "",
            "Examples:",
            "  weir diff ./data /backup/data",
            "  weir diff ./data /backup/data --range-a 2026-11-23T10:00:00Z..2026-11-23T11:00:00Z --range-b 1..5000",
            "  weir diff --data ./data --range-a 1..5000 --range-b 5001.."
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the same",
            "1:different, or events are missing on a side",
            "2:a journal, or the rest of it, can't be read",
            "64:wrong usage"
        })
public final class DiffCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Mixin
    private ProgressOption progress = new ProgressOption();

    @Parameters(
            arity = "0..2",
            paramLabel = "FOLDER",
            description =
                    "A and B: data folders, or those of journals. One alone is B, and --data is A; with none both are --data.")
    private List<Path> folders = new ArrayList<>();

    @Option(
            names = "--range-a",
            paramLabel = "FROM..TO",
            converter = PlaceRange.Ranges.class,
            description = "Which part of A. Each end is " + Place.FORMS + "; either may be left out.")
    private PlaceRange rangeA = PlaceRange.ALL;

    @Option(
            names = "--range-b",
            paramLabel = "FROM..TO",
            converter = PlaceRange.Ranges.class,
            description = "Which part of B.")
    private PlaceRange rangeB = PlaceRange.ALL;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    /** For picocli. */
    public DiffCommand() {}

    @Override
    public Integer call() {
        if (folders.isEmpty() && rangeA.equals(rangeB)) {
            throw journal.wrongUsage("say what to compare: two folders, or two ranges of one journal");
        }
        try {
            return progress.during(journal, this::compare);
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }

    private Path folderA() {
        return folders.size() < 2 ? journal.folder() : JournalAccess.folderIn(folders.get(0));
    }

    private Path folderB() {
        return folders.isEmpty() ? journal.folder() : JournalAccess.folderIn(folders.get(folders.size() - 1));
    }

    private int compare(ReadProgress line) {
        try (DiffSide a = DiffSide.open(folderA(), rangeA, line);
                DiffSide b = DiffSide.open(folderB(), rangeB, line);
                CommandOutput out = journal.output()) {
            DiffOutput output = json ? DiffOutput.asJson(out) : DiffOutput.asText(out);
            JournalDiff diff = new JournalDiff(a, b, JournalDiff.SESSIONS_HELD, output::difference);
            diff.run();
            output.end(diff, a, b);
            out.flush();
            return answer(diff, a, b);
        }
    }

    private int answer(JournalDiff diff, DiffSide a, DiffSide b) {
        complainOfMissing("A", a);
        complainOfMissing("B", b);
        if (a.isStopped() || b.isStopped()) {
            return journal.refuse(
                    FaultKind.UNREADABLE, "the rest of " + (a.isStopped() ? "A" : "B") + " can't be read");
        }
        boolean isWhole = a.missing() == 0 && b.missing() == 0;
        return diff.isSame() && isWhole ? ExitStatus.OK : ExitStatus.VIOLATED;
    }

    private void complainOfMissing(String name, DiffSide side) {
        if (side.missing() > 0) {
            journal.complain(Figures.counted(side.missing(), "event") + " of " + name
                    + " can't be read; weir audit shows what is wrong");
        }
    }
}
