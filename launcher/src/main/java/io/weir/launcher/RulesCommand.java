package io.weir.launcher;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir rules}: what the rules of {@code weir proxy --rules} say; does nothing without a subcommand. The caller's thread. */
@Command(
        name = "rules",
        mixinStandardHelpOptions = true,
        description =
                "Checks a rules file, or explains what it says of a request. Nothing is connected, no name is looked up.",
        exitCodeOnInvalidInput = RulesCommand.USAGE,
        exitCodeOnExecutionException = RulesCommand.UNREADABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the file has no faults; the request is allowed",
            "1:the file has faults; the request is refused",
            "2:the file cannot be read, or used",
            "64:wrong usage, or the answer depends on the address, which --address would say"
        },
        subcommands = {RulesCheckCommand.class, RulesTestCommand.class})
final class RulesCommand implements Callable<Integer> {
    static final int REFUSED = 1;
    static final int UNREADABLE = 2;
    static final int USAGE = 64;

    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        throw new ParameterException(spec.commandLine(), "say which: check or test");
    }
}
