package io.weir.launcher;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code weir} command. Called by the JVM on its main thread. */
@Command(name = "weir", mixinStandardHelpOptions = true, description = "A forward proxy that never loses count.")
public final class Main {
    private Main() {}

    /** Runs one command and exits with its status: 0 done, 64 wrong usage. */
    public static void main(String[] args) {
        CommandLine weir = new CommandLine(new Main());
        weir.getCommandSpec().exitCodeOnInvalidInput(CommandLine.ExitCode.USAGE);
        System.exit(weir.execute(args));
    }

    /** Prints the version, which is that of the jar. */
    @Command(name = "version", description = "Prints Weir's version and that of the JVM it runs on.")
    int version() {
        String version = Main.class.getPackage().getImplementationVersion();
        System.out.println("weir " + (version == null ? "unpackaged" : version) + " (Java " + Runtime.version() + ")");
        return 0;
    }
}
