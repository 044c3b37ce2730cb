package io.weir.launcher.accesslog;

import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.replaytool.Instants;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir access-log}: prints the access log out of a journal. Only reads; the caller's thread. */
@Command(
        name = "access-log",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = {
            "Prints the lines that weir proxy --access-log writes, out of a journal: beside a running node, or of a copy.",
            "Add up the bytes of lines \"closed\" whose \"root\" is true; with --still-open also those of the lines \"open\" at the end."
        },
        exitCodeOnInvalidInput = 64,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all lines are printed",
            "1:the journal is damaged, lines may be missing",
            "2:the journal, or the rest of it, can't be read",
            "64:wrong usage"
        })
public final class AccessLogCommand implements Callable<Integer> {
    private static final int DAMAGED = 1;
    private static final int UNREADABLE = 2;
    private static final int LOOK_LINES = 4096;
    private static final int BUFFER_BYTES = 64 << 10;

    @Spec
    private @Nullable CommandSpec command;

    @Option(names = "--data", paramLabel = "FOLDER", defaultValue = "./data", description = "The data folder.")
    private Path data = Path.of("data");

    @Option(
            names = "--from",
            paramLabel = "WHEN",
            converter = Instants.class,
            description = "Only lines of then or later: " + Instants.FORMS + ".")
    private @Nullable Instant from;

    @Option(
            names = "--to",
            paramLabel = "WHEN",
            converter = Instants.class,
            description = "Only lines of before: in the same forms.")
    private @Nullable Instant to;

    @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "json", description = "common, combined or json.")
    private String format = "json";

    @Option(
            names = "--open-every",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How often a session that goes on has a line.")
    private Duration openEvery = Duration.ofMinutes(1);

    @Option(names = "--still-open", description = "At the end, a line for each session that is open there.")
    private boolean stillOpen;

    private long printedLines;
    private long fromMillis;
    private long toMillis = Long.MAX_VALUE;
    private AccessFormat written = AccessFormat.JSON;
    private @Nullable PrintStream out;

    private AccessLogCommand() {}

    /** The command, which reads times as {@code times} does. */
    public static CommandLine command(ITypeConverter<Duration> times) {
        return new CommandLine(new AccessLogCommand()).registerConverter(Duration.class, times);
    }

    @Override
    public Integer call() {
        requireUsable();
        var printed = new PrintStream(new BufferedOutputStream(System.out, BUFFER_BYTES), false);
        out = printed;
        try (JournalReader reader = JournalReader.open(data.resolve("journal"))) {
            var fold = new AccessFold(openEvery.toMillis(), this::print);
            ReadOutcome outcome = reader.read(fold, ReadProgress.NONE);
            if (stillOpen) {
                fold.stillOpen();
            }
            printed.flush();
            return status(outcome, fold.firstSequence());
        } catch (EnoughException e) {
            return 0;
        } catch (JournalException e) {
            printed.flush();
            return complain(String.valueOf(e.getMessage()), UNREADABLE);
        }
    }

    private void requireUsable() {
        try {
            written = AccessFormat.valueOf(format.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw wrong("--format: '" + format + "' is none of common, combined, json");
        }
        if (openEvery.toMillis() < 1) {
            throw wrong("--open-every must be 1ms or more");
        }
        fromMillis = from == null ? 0 : from.toEpochMilli();
        toMillis = to == null ? Long.MAX_VALUE : to.toEpochMilli();
        if (fromMillis >= toMillis) {
            throw wrong("--from is not before --to");
        }
    }

    private ParameterException wrong(String problem) {
        if (command == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        return new ParameterException(command.commandLine(), problem);
    }

    private void print(AccessLine line) {
        if (out != null && line.atMillis() >= fromMillis && line.atMillis() < toMillis) {
            byte[] bytes = written.bytes(line);
            out.write(bytes, 0, bytes.length);
            if (++printedLines % LOOK_LINES == 0 && out.checkError()) {
                throw new EnoughException(); // nobody reads on
            }
        }
    }

    /** A journal whose first files were taken away is no damage. */
    private static int status(ReadOutcome outcome, long first) {
        boolean isCutOff = first > 1
                && outcome.faultCount() == 1
                && outcome.faults().get(0).kind() == FaultKind.SEQUENCE_GAP
                && outcome.faults().get(0).afterSequence() == 0;
        if (outcome.isClean() || isCutOff) {
            return isCutOff ? complain("the journal begins at sequence " + first, 0) : 0;
        }
        String problem = outcome.faults().get(0) + (outcome.faultCount() > 1 ? ", and more" : "");
        return complain(problem, outcome.isStopped() ? UNREADABLE : DAMAGED);
    }

    private static int complain(String problem, int status) {
        System.err.println("weir access-log: " + problem);
        return status;
    }
}
