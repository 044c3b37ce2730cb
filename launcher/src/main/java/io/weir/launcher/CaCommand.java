package io.weir.launcher;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir ca}: the certificate that clients have to trust for interception; does nothing without a subcommand. The caller's thread. */
@Command(
        name = "ca",
        mixinStandardHelpOptions = true,
        description = "Shows the CA certificate that clients have to trust when HTTPS is intercepted.",
        exitCodeOnInvalidInput = CaAccess.USAGE,
        exitCodeOnExecutionException = CaAccess.UNUSABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:done", "2:the CA can't be read or made, or the output can't be written", "64:wrong usage"},
        subcommands = {CaShowCommand.class, CaExportCommand.class, CaPathCommand.class, CaInstallHelpCommand.class})
final class CaCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        throw new ParameterException(spec.commandLine(), "say which: show, export, path or install-help");
    }
}
