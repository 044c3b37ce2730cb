/**
 * Upstreams: the proxies that sessions may go through, in groups or alone, which of them is asked first, and how they are. Entry points: {@link
 * io.weir.proxyengine.upstream.UpstreamsConfig}, what was configured; {@link io.weir.proxyengine.upstream.Upstreams}, what is in force.
 * Knows no sockets, no sessions and no events; what talks to upstreams is the engine's.
 *
 * <p>How a node is, is told by whoever has tried it, on any event loop, and read when the next session looks for a way. Nothing here counts bytes.
 */
@NullMarked
package io.weir.proxyengine.upstream;

import org.jspecify.annotations.NullMarked;
