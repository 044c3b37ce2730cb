package io.weir.launcher;

import io.weir.proxyengine.rules.Abilities;
import io.weir.proxyengine.rules.Fault;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.rules.RulesException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir rules check}: all faults of a rules file and of its lists. The caller's thread. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Reads a rules file and its lists as a proxy would, and prints all faults, each with its line.",
        exitCodeOnInvalidInput = RulesCommand.USAGE,
        exitCodeOnExecutionException = RulesCommand.UNREADABLE)
final class RulesCheckCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec command;

    @Parameters(paramLabel = "FILE", description = "The rules file.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter errors = spec.commandLine().getErr();
        try {
            out.println(summary(LiveRules.read(new RuleSource.OfFile(file), Abilities.ALL)));
            out.flush();
            return 0;
        } catch (RulesException e) {
            if (e.faults().isEmpty()) {
                errors.println(spec.qualifiedName() + ": " + e.getMessage());
            }
            for (Fault each : e.faults()) {
                errors.println(file + ": " + each);
            }
            errors.flush();
            return e.faults().isEmpty() ? RulesCommand.UNREADABLE : RulesCommand.REFUSED;
        }
    }

    private static String summary(Rules rules) {
        String ignored =
                rules.ignored() == 0 ? "" : "; " + Text.number(rules.ignored()) + " lines of them were not understood";
        String lists = rules.lists() == 0
                ? ""
                : ", " + Text.number(rules.lists()) + " lists of " + Text.number(rules.names()) + " names and "
                        + Text.number(rules.networks()) + " networks in " + Text.bytes(rules.bytes()) + ignored;
        return Text.number(rules.size()) + " rules" + lists;
    }
}
