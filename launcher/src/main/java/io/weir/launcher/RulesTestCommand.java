package io.weir.launcher;

import io.weir.launcher.config.ConfigException;
import io.weir.launcher.config.ConfigFile;
import io.weir.launcher.config.Configuration;
import io.weir.launcher.config.NodeSettings;
import io.weir.launcher.config.Settings;
import io.weir.proxyengine.AskedUrl;
import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.Network;
import io.weir.proxyengine.rules.Abilities;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.rules.RulesException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir rules test}: which rule decides about a request, and why none before it does. The caller's thread. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Explains which rule decides about a request, and why each one before it does not.",
            "Exits 0 if the request is allowed, 1 if it is refused. What a proxy refuses of itself is not looked at."
        },
        exitCodeOnInvalidInput = RulesCommand.USAGE,
        exitCodeOnExecutionException = RulesCommand.UNREADABLE)
final class RulesTestCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec command;

    @Parameters(
            paramLabel = "URL",
            description = "http://host/, https://host/ (a CONNECT), socks5://host:port, or host:port (a CONNECT).")
    private String url = "";

    @Option(
            names = "--rules",
            paramLabel = "FILE",
            description = "The rules file; rules.txt in this folder if left out.")
    private @Nullable Path file;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Take the rules that this configuration file has or names.")
    private @Nullable Path config;

    @Option(names = "--user", paramLabel = "USER", description = "Who the client has shown to be; nobody if left out.")
    private String user = "";

    @Option(
            names = "--client",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            description = "The client's address; 127.0.0.1 if left out.")
    private String client = "127.0.0.1";

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "GET",
            description = "The method of the request; GET if left out.")
    private String method = "GET";

    @Option(
            names = "--listener",
            paramLabel = "NAME",
            description = "The name of the listener where the client came in.")
    private String listener = "";

    @Option(names = "--address", paramLabel = "IP", description = "The address that the host's name stands for.")
    private @Nullable String address;

    @Option(
            names = "--intercepted",
            description = "The tunnel of https:// is read, so that the request in it is looked at, too.")
    private boolean intercepted;

    @Override
    public Integer call() {
        try {
            Rules rules = LiveRules.read(source(), Abilities.ALL);
            return explain(rules, AskedUrl.parse(url));
        } catch (RulesException | ConfigException e) {
            PrintWriter errors = spec().commandLine().getErr();
            errors.println(spec().qualifiedName() + ": " + e.getMessage());
            errors.flush();
            return RulesCommand.UNREADABLE;
        } catch (EngineException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private RuleSource source() {
        if (file != null && config != null) {
            throw usage("--rules and --config both say where the rules are: say one of them");
        }
        if (config != null) {
            Settings settings =
                    Configuration.load(ConfigFile.named(config), Map.of()).settings();
            return new NodeSettings(settings, 1).rules();
        }
        return new RuleSource.OfFile(file == null ? Path.of("rules.txt") : file);
    }

    private int explain(Rules rules, AskedUrl asked) {
        InetAddress known = address == null ? null : ip("--address", address);
        List<RuleTrial.Step> steps =
                new RuleTrial(asked, method, user, ip("--client", client), listener, known, intercepted).on(rules);
        for (RuleTrial.Step step : steps) {
            if (!step.equals(steps.get(0))) {
                say("");
                say("in the tunnel, which is read:");
            }
            step.explanation().forEach(this::say);
            if (step.isOpen()) {
                throw usage("the answer depends on the address that the host stands for: say --address");
            }
            say(step.action()
                    + (step.isDefault()
                            ? ": no rule says otherwise"
                            : " by rule " + step.rule().name()));
        }
        return steps.get(steps.size() - 1).isRefused() ? RulesCommand.REFUSED : 0;
    }

    private InetAddress ip(String option, String text) {
        if (text.indexOf('/') >= 0) {
            throw usage(option + " takes one address, not " + text);
        }
        return Network.parse(text).address();
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    private void say(String line) {
        PrintWriter out = spec().commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private CommandSpec spec() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        return spec;
    }
}
