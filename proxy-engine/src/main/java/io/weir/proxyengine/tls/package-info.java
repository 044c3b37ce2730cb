/**
 * TLS for interception: the CA of this install and the leaf certificates that it signs, our side towards clients and towards origins, what
 * a ClientHello says, and why a handshake failed. Knows no sessions and no events.
 *
 * <p>Nothing here blocks an event loop: leaves are minted on one thread of their own, and what origins show is verified on two others
 * unless it was verified a moment ago.
 */
@NullMarked
package io.weir.proxyengine.tls;

import org.jspecify.annotations.NullMarked;
