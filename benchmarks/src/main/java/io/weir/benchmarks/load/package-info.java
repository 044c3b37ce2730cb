/**
 * The load comparison: moves an exact number of bytes through a proxy, by loopback only, and says what it cost.
 *
 * <p>Entry point: {@link io.weir.benchmarks.load.LoadDriver}. Clients and origin are blocking sockets in one process, a
 * thread each; clients share nothing but the deadline.
 */
@NullMarked
package io.weir.benchmarks.load;

import org.jspecify.annotations.NullMarked;
