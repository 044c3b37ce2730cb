package io.weir.launcher;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir user}: who may use a proxy that asks for users; does nothing without a subcommand. The caller's thread. */
@Command(
        name = "user",
        mixinStandardHelpOptions = true,
        description = {
            "Edits the file of users that weir proxy --users asks clients for.",
            "A password is asked for on the terminal, or read from stdin; it is never an argument."
        },
        exitCodeOnInvalidInput = UserFile.USAGE,
        exitCodeOnExecutionException = UserFile.UNUSABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:there is no such user, or there is one already, or the file has faults",
            "2:the file cannot be read or written",
            "64:wrong usage, or a name or a password that cannot be used"
        },
        subcommands = {UserAddCommand.class, UserPasswdCommand.class, UserRemoveCommand.class, UserListCommand.class})
final class UserCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        throw new ParameterException(spec.commandLine(), "say which: add, passwd, remove or list");
    }
}
