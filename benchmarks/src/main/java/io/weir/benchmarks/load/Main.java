package io.weir.benchmarks.load;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The load comparison's commands. */
@Command(
        name = "compare-load",
        subcommands = {
            CompareCommand.Compare.class,
            CompareCommand.Growth.class,
            CompareCommand.Latency.class,
            SoakCommand.class,
            RunCommand.class,
            OriginCommand.class
        })
public final class Main {
    private Main() {}

    /**
     * Runs one.
     *
     * @param args its name and its options
     */
    public static void main(String[] args) {
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE); // no other logging is set up here
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        var commands = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Main::complain);
        commands.getSubcommands()
                .values()
                .forEach(each ->
                        each.getCommandSpec().mixinStandardHelpOptions(true).exitCodeOnInvalidInput(ExitStatus.WRONG));
        commands.getCommandSpec().exitCodeOnInvalidInput(ExitStatus.WRONG);
        return commands;
    }

    private static int complain(Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
        boolean isExpected = failure instanceof IOException || failure instanceof UncheckedIOException;
        command.getErr().println("compare-load: " + (isExpected ? failure.getMessage() : failure));
        return ExitStatus.FAILED;
    }
}
