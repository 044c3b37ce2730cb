package io.weir.proxyengine;

import io.weir.proxyengine.upstream.UpstreamNode;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Through which upstream a connection leads. Immutable.
 *
 * @param judged the address that the rules were asked about, if they had to be; the upstream may take another
 */
record Passage(UpstreamNode node, @Nullable InetAddress judged) {
    /** Whether plain requests are sent as to a proxy, in absolute form. */
    boolean takesAbsoluteForm() {
        return node.config().kind().speaksHttp();
    }
}
