package io.weir.launcher;

import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;
import java.io.PrintStream;
import java.net.InetSocketAddress;

/** What a node says of itself when it is ready: where it is and how to use it. */
final class Banner {
    private Banner() {}

    static void print(PrintStream out, Node node) {
        LedgerHealth health = node.health();
        Snapshot ledger = node.snapshot();
        out.println("Weir " + Version.text() + " is ready (boot " + health.boot() + ", journal read in "
                + health.recoveryMillis() + " ms)");
        out.println();
        for (InetSocketAddress address : node.proxyAddresses()) {
            out.println("  proxy      http://" + Text.address(address) + "   room for " + Text.number(node.capacity())
                    + " clients");
        }
        String gateway = Text.address(node.gatewayAddress());
        out.println("  dashboard  " + (node.isGatewaySecure() ? "https://" : "http://") + gateway + "/?token="
                + node.token().value());
        out.println("  journal    " + node.data().journal() + "   " + Text.number(ledger.sessionsOpened())
                + " sessions so far, up " + Text.bytes(ledger.totals().up()) + ", down "
                + Text.bytes(ledger.totals().down()));
        String proxy = Text.address(node.proxyAddresses().get(0));
        out.println();
        out.println("  try        curl -x http://" + proxy + " http://example.com/");
        out.println("             curl -x http://" + proxy + " https://example.com/");
        out.println("  prove      ./weir audit --data " + node.data().path());
        out.println("  stop       Ctrl-C");
        out.println();
        out.flush();
    }
}
