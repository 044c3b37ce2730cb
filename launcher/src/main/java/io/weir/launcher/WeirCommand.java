package io.weir.launcher;

import io.weir.launcher.accesslog.AccessLogCommand;
import io.weir.launcher.config.DurationConverter;
import io.weir.replaytool.AnchorCommand;
import io.weir.replaytool.AuditCommand;
import io.weir.replaytool.DiffCommand;
import io.weir.replaytool.ExportCommand;
import io.weir.replaytool.JournalCommand;
import io.weir.replaytool.StateCommand;
import io.weir.replaytool.StatementCommand;
import io.weir.replaytool.UsageCommand;
import io.weir.replaytool.VerifyCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The root of the commands; by itself it does nothing, {@link Main} then runs {@code proxy}. */
@Command(
        name = "weir",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnInvalidInput = 64,
        header = "Weir: a forward proxy that never loses count.%n",
        description = "%nWithout a command it runs @|bold proxy|@ with the options given.%n",
        footer = {
            "",
            "Examples:",
            "  weir                                      proxy on 127.0.0.1:8080, dashboard on 127.0.0.1:9090",
            "  curl -x http://127.0.0.1:8080 https://example.com/",
            "  weir audit                                prove the byte counts, also while the proxy runs"
        })
final class WeirCommand {
    private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("proxy", ProxyCommand::command);
        COMMANDS.put("audit", AuditCommand::new);
        COMMANDS.put("state", StateCommand::new);
        COMMANDS.put("usage", UsageCommand::new);
        COMMANDS.put("replay", ReplayServer::command);
        COMMANDS.put("diff", DiffCommand::new);
        COMMANDS.put("export", ExportCommand::new);
        COMMANDS.put("verify", VerifyCommand::new);
        COMMANDS.put("statement", StatementCommand::new);
        COMMANDS.put("anchor", AnchorCommand::new);
        COMMANDS.put("journal", JournalCommand::new);
        COMMANDS.put("access-log", () -> AccessLogCommand.command(new DurationConverter()));
        COMMANDS.put("ca", CaCommand::new);
        COMMANDS.put("user", UserCommand::new);
        COMMANDS.put("config", ConfigCommand::command);
        COMMANDS.put("rules", RulesCommand::new);
        COMMANDS.put("version", VersionCommand::new);
        COMMANDS.put("help", HelpCommand::new);
    }

    /**
     * The commands, of which only the one that {@code name} names, if it names one: to read the annotations of all of
     * them takes a tenth of a second.
     */
    static CommandLine commands(String name) {
        var root = new CommandLine(new WeirCommand());
        Supplier<Object> named = "help".equals(name) ? null : COMMANDS.get(name);
        if (named != null) {
            root.addSubcommand(name, named.get());
        } else {
            COMMANDS.forEach((each, command) -> root.addSubcommand(each, command.get()));
        }
        return root;
    }
}
