package io.weir.launcher;

import io.weir.aggregator.Aggregator;
import java.util.Arrays;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** The {@code weir} command. Called by the JVM on its main thread. */
public final class Main {
    private static final Set<String> OF_THE_ROOT = Set.of("-h", "--help", "-V", "--version");

    private Main() {}

    /** Runs one command and exits with its status: 0 done, 1 failed or violated, 2 unreadable journal, 64 wrong usage. */
    public static void main(String[] args) {
        String[] arguments = withCommand(args);
        if (arguments[0].equals("proxy")) {
            prepare();
        }
        int status = WeirCommand.commands(arguments[0]).execute(arguments);
        if (status != ProxyCommand.RUNNING) {
            System.exit(status);
        }
    }

    /** Loads, beside the reading of the options, what every node needs: half of the start is loading classes. */
    private static void prepare() {
        LoggerFactory.getILoggerFactory(); // first and here: while one thread sets up logging, others get a substitute
        var thread = new Thread(Aggregator::prepare, "weir-prepare");
        thread.setDaemon(true);
        thread.start();
    }

    /** Without a command, {@code proxy} is meant. */
    static String[] withCommand(String[] args) {
        boolean named = args.length > 0 && (!args[0].startsWith("-") || OF_THE_ROOT.contains(args[0]));
        if (named) {
            return args;
        }
        String[] proxy = Arrays.copyOf(new String[] {"proxy"}, args.length + 1);
        System.arraycopy(args, 0, proxy, 1, args.length);
        return proxy;
    }
}
