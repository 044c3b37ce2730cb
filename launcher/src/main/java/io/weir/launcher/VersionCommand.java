package io.weir.launcher;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code weir version}. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        exitCodeOnInvalidInput = 64,
        description = "Prints Weir's version and that of the JVM it runs on.")
final class VersionCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        System.out.println(new Version().getVersion()[0]);
        return 0;
    }
}
