package io.weir.launcher;

import io.weir.proxyengine.AskedUrl;
import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.Network;
import io.weir.proxyengine.rules.Abilities;
import io.weir.proxyengine.rules.Action;
import io.weir.proxyengine.rules.Action.Allow;
import io.weir.proxyengine.rules.Action.Refuse;
import io.weir.proxyengine.rules.Asked;
import io.weir.proxyengine.rules.Choice;
import io.weir.proxyengine.rules.CompiledRule;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.rules.RulesException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
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
            defaultValue = "./rules.txt",
            showDefaultValue = picocli.CommandLine.Help.Visibility.ALWAYS,
            description = "The rules file.")
    private Path file = Path.of("rules.txt");

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
            Rules rules = LiveRules.read(new RuleSource.OfFile(file), Abilities.ALL);
            return explain(rules, AskedUrl.parse(url));
        } catch (RulesException e) {
            PrintWriter errors = spec().commandLine().getErr();
            errors.println(spec().qualifiedName() + ": " + e.getMessage());
            errors.flush();
            return RulesCommand.UNREADABLE;
        } catch (EngineException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private int explain(Rules rules, AskedUrl asked) {
        InetAddress from = ip("--client", client);
        InetAddress known = address == null ? null : ip("--address", address);
        Asked first = asked.asked(method, user, from, listener);
        if (known == null) {
            known = first.address();
        }
        CompiledRule decides = decide(rules, first, known);
        boolean isRead = intercepted || (decides.action() instanceof Allow allow && allow.intercept() == Choice.YES);
        if (asked.holdsRequest() && isRead && !(decides.action() instanceof Refuse)) {
            say("");
            say("in the tunnel, which is read:");
            decides = decide(rules, asked.inside(method, user, from, listener), known);
        }
        return decides.action() instanceof Refuse ? RulesCommand.REFUSED : 0;
    }

    private CompiledRule decide(Rules rules, Asked asked, @Nullable InetAddress known) {
        int place = rules.find(asked, known, 0);
        rules.explain(asked, known).forEach(this::say);
        if (rules.isOpen(place, known)) {
            throw usage("the answer depends on the address that the host stands for: say --address");
        }
        CompiledRule rule = rules.at(place);
        say(verdict(rule.action()) + (place == rules.size() ? ": no rule says otherwise" : " by rule " + rule.name()));
        return rule;
    }

    private static String verdict(Action action) {
        if (action instanceof Refuse refuse) {
            return "refused with " + refuse.status() + " \"" + refuse.text() + "\"";
        }
        if (action instanceof Allow allow) {
            String way = allow.upstream().isEmpty() ? "" : ", upstream=" + allow.upstream();
            return "allowed" + said("intercept", allow.intercept()) + said("capture", allow.capture()) + way;
        }
        throw new IllegalStateException("an action that nobody explains: " + action);
    }

    private static String said(String what, Choice choice) {
        return switch (choice) {
            case YES -> ", " + what + "=yes";
            case NO -> ", " + what + "=no";
            case UNSAID -> "";
        };
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
