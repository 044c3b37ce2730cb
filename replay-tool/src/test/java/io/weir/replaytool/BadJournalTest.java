package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.weir.aggregator.journal.JournalFolder;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each offline command on each kind of journal that is not as it should be: a clear line, a status for scripts, and never a stack trace. */
class BadJournalTest {
    /** What is wrong with a journal. */
    enum Bad {
        NOT_THERE,
        NO_JOURNAL,
        EMPTY_FILE,
        WITHOUT_EVENTS,
        LIVE,
        CUT_IN_A_RECORD,
        DAMAGED_IN_THE_MIDDLE,
        OF_A_LATER_VERSION,
        WITHOUT_KEY_AND_INDEX
    }

    private static final List<List<String>> COMMANDS = List.of(
            List.of("audit"),
            List.of("audit", "--json", "--sessions"),
            List.of("audit", "--by", "host"),
            List.of("verify"),
            List.of("verify", "--seals-only"),
            List.of("journal", "verify", "--json"),
            List.of("anchor"),
            List.of("statement", "--user", "alice"),
            List.of("state"),
            List.of("export", "events", "--format", "jsonl", "--out", "-"),
            List.of("export", "sessions", "--format", "csv", "--out", "-"),
            List.of("export", "exchanges", "--format", "har", "--out", "-"),
            List.of("journal", "cat"),
            List.of("journal", "info"),
            List.of("journal", "index"),
            List.of("journal", "prune", "--keep-for", "1d", "--dry-run"),
            List.of("journal", "prune", "--keep-for", "1d"),
            List.of("journal", "repair", "--out", "OUT"),
            List.of("journal", "compact", "--out", "OUT"));

    @TempDir
    Path folder;

    static Stream<Arguments> all() {
        List<Arguments> all = new ArrayList<>();
        for (Bad bad : Bad.values()) {
            for (List<String> command : COMMANDS) {
                all.add(arguments(bad, command));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("all")
    void aBadJournalIsAnsweredClearly(Bad bad, List<String> command) throws IOException {
        Path data = folder.resolve("data");
        Run run;
        if (bad == Bad.LIVE) {
            try (TestLedger ledger = TestLedger.openSealed(data, Duration.ofMillis(1))) {
                tell(ledger);
                run = run(data, command);
            }
        } else {
            spoil(data, bad);
            run = run(data, command);
        }

        assertThat(run.out() + run.err()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(run.status()).as(run.out() + run.err()).isIn(statuses(bad, command));
        if (run.status() == ExitStatus.UNREADABLE) {
            assertThat(run.err()).startsWith("weir ");
            assertThat(run.err().lines().count()).as(run.err()).isLessThanOrEqualTo(4);
        }
    }

    private Run run(Path data, List<String> command) {
        return Run.of(
                data,
                command.stream()
                        .map(word -> word.equals("OUT") ? folder.resolve("out").toString() : word)
                        .toArray(String[]::new));
    }

    private static List<Integer> statuses(Bad bad, List<String> command) {
        boolean writes = command.contains("prune") || command.contains("compact") || command.contains("repair");
        boolean rehearses = command.contains("--dry-run");
        boolean beginsAtCheckpoint =
                command.contains("anchor") || command.contains("prune") || command.contains("index");
        return switch (bad) {
            case NOT_THERE, NO_JOURNAL -> List.of(ExitStatus.UNREADABLE);
            case EMPTY_FILE, WITHOUT_EVENTS -> List.of(ExitStatus.OK, ExitStatus.VIOLATED, ExitStatus.UNREADABLE);
            case LIVE -> writes && !rehearses ? List.of(ExitStatus.UNREADABLE) : List.of(ExitStatus.OK);
            case CUT_IN_A_RECORD, DAMAGED_IN_THE_MIDDLE ->
                beginsAtCheckpoint || command.contains("state") // what they read is whole
                        ? List.of(ExitStatus.OK, ExitStatus.VIOLATED, ExitStatus.UNREADABLE)
                        : List.of(ExitStatus.VIOLATED, ExitStatus.UNREADABLE);
            case OF_A_LATER_VERSION ->
                beginsAtCheckpoint ? List.of(ExitStatus.OK, ExitStatus.UNREADABLE) : List.of(ExitStatus.UNREADABLE);
            case WITHOUT_KEY_AND_INDEX ->
                command.contains("statement") || (command.contains("prune") && !rehearses)
                        ? List.of(ExitStatus.UNREADABLE)
                        : List.of(ExitStatus.OK);
        };
    }

    private static void tell(TestLedger ledger) {
        SessionMeter meter = ledger.tunnel("a.example:443");
        for (int i = 0; i < 10; i++) {
            meter.down(1_000);
            ledger.settle();
        }
        meter.close(CloseReason.COMPLETED, 200);
        ledger.settle();
        SessionMeter open = ledger.tunnel("b.example:443");
        open.up(5);
        ledger.settle();
    }

    private static void spoil(Path data, Bad bad) throws IOException {
        Path journal = TestLedger.journal(data);
        switch (bad) {
            case NOT_THERE, LIVE -> {}
            case NO_JOURNAL ->
                Files.writeString(Files.createDirectories(journal).resolve("notes.txt"), "nothing");
            case EMPTY_FILE -> Files.createFile(Files.createDirectories(journal).resolve("20270115-08F.cq4"));
            case WITHOUT_EVENTS -> {
                write(data);
                Path file = only(journal);
                byte[] bytes = Files.readAllBytes(file);
                int first = CycleFileEditor.of(data).records().get(0);
                Files.write(file, Arrays.copyOf(bytes, first));
            }
            case CUT_IN_A_RECORD -> {
                write(data);
                Path file = only(journal);
                byte[] bytes = Files.readAllBytes(file);
                Files.write(
                        file,
                        Arrays.copyOf(bytes, CycleFileEditor.of(data).records().get(6) + 9));
            }
            case DAMAGED_IN_THE_MIDDLE -> {
                write(data);
                CycleFileEditor editor = CycleFileEditor.of(data);
                editor.flipBit(editor.records().get(6) + 12);
            }
            case OF_A_LATER_VERSION -> {
                write(data);
                CycleFileEditor editor = CycleFileEditor.of(data);
                editor.raiseVersion(editor.records().get(3));
            }
            case WITHOUT_KEY_AND_INDEX -> {
                write(data);
                for (String each : List.of("seal-key.pem", "seal-public.pem")) {
                    Files.delete(data.resolve("seal").resolve(each));
                }
            }
        }
    }

    private static void write(Path data) {
        try (TestLedger ledger = TestLedger.openSealed(data, Duration.ofHours(1))) {
            tell(ledger);
        }
    }

    private static Path only(Path journal) {
        return journal.resolve(JournalFolder.files(journal).get(0));
    }
}
