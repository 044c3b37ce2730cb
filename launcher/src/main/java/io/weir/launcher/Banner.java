package io.weir.launcher;

import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;
import io.weir.proxyengine.ListenerConfig;
import java.io.PrintStream;

/** What a node says of itself when it is ready: where it is and how to use it. */
final class Banner {
    private Banner() {}

    static void print(PrintStream out, Node node) {
        LedgerHealth health = node.health();
        Snapshot ledger = node.snapshot();
        out.println("Weir " + Version.text() + " is ready (boot " + health.boot() + ", journal read in "
                + health.recoveryMillis() + " ms)");
        out.println();
        for (ListenerConfig listener : node.listeners()) {
            out.println("  proxy      " + listener.kind().scheme() + "://" + Text.address(listener.address())
                    + "   room for " + Text.number(node.capacity()) + " clients" + name(listener));
        }
        if (node.users() >= 0) {
            out.println("  users      " + Text.number(node.users()));
        }
        if (node.rules() > 0) {
            out.println("  rules      " + Text.number(node.rules()));
        }
        String gateway = Text.address(node.gatewayAddress());
        out.println("  dashboard  " + (node.isGatewaySecure() ? "https://" : "http://") + gateway + "/?token="
                + node.token().value());
        out.println("  journal    " + node.data().journal() + "   " + Text.number(ledger.sessionsOpened())
                + " sessions so far, up " + Text.bytes(ledger.totals().up()) + ", down "
                + Text.bytes(ledger.totals().down()));
        String proxy = forCurl(node.listeners().get(0));
        out.println();
        out.println("  try        curl -x " + proxy + " http://example.com/");
        out.println("             curl -x " + proxy + " https://example.com/");
        out.println("  prove      " + System.getProperty("weir.command", "./weir") + " audit --data "
                + node.data().path());
        out.println("  stop       Ctrl-C");
        out.println();
        out.flush();
    }

    private static String name(ListenerConfig listener) {
        return listener.name().equals(ListenerConfig.nameOf(listener.address())) ? "" : ", named " + listener.name();
    }

    private static String forCurl(ListenerConfig listener) {
        String scheme = switch (listener.kind()) {
            case HTTP, MIXED -> "http";
            case HTTPS -> "https";
            case SOCKS5 -> "socks5h";
        };
        return scheme + "://" + Text.address(listener.address());
    }
}
