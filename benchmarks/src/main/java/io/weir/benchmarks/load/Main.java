package io.weir.benchmarks.load;

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
        },
        mixinStandardHelpOptions = false)
public final class Main {
    private Main() {}

    /**
     * Runs one.
     *
     * @param args its name and its options
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
    }
}
