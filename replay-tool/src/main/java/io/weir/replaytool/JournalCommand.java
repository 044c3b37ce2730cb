package io.weir.replaytool;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir journal}: shows what is in a journal and takes care of it; does nothing without a subcommand. The caller's thread. */
@Command(
        name = "journal",
        description = "Shows what is in a journal, and takes care of it.",
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        subcommands = {
            JournalCatCommand.class,
            JournalInfoCommand.class,
            VerifyCommand.class,
            JournalIndexCommand.class,
            JournalRepairCommand.class,
            JournalPruneCommand.class,
            JournalCompactCommand.class
        })
public final class JournalCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec command;

    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    /** For picocli. */
    public JournalCommand() {}

    @Override
    public Integer call() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        throw new ParameterException(
                spec.commandLine(), "say which: cat, info, verify, index, repair, prune or compact");
    }
}
