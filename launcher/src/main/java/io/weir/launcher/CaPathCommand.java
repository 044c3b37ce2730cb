package io.weir.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir ca path}: prints where the certificate is, for scripts. The caller's thread. */
@Command(
        name = "path",
        mixinStandardHelpOptions = true,
        description = "Prints the path of the CA's PEM certificate; makes the CA if there is none.",
        exitCodeOnInvalidInput = CaAccess.USAGE,
        exitCodeOnExecutionException = CaAccess.UNUSABLE)
final class CaPathCommand implements Callable<Integer> {
    @Mixin
    private CaAccess ca = new CaAccess();

    @Override
    public Integer call() {
        return ca.with(authority -> {
            ca.out().println(authority.certificateFile());
            ca.out().flush();
            return CaAccess.DONE;
        });
    }
}
