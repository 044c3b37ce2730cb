/**
 * What the node may run short of: gauges, and how far to go to spare it. Entry points: {@link io.weir.proxyengine.overload.OverloadMonitor}, which looks at
 * {@link io.weir.proxyengine.overload.Gauge}s on a thread of its own ({@code weir-overload}), and {@link io.weir.proxyengine.overload.ProcessGauges}. Knows no
 * sockets, no sessions and no ledger: whoever starts it says what the ledger's gauges read, and who is told.
 */
@NullMarked
package io.weir.proxyengine.overload;

import org.jspecify.annotations.NullMarked;
