/**
 * The load comparison: puts the same load on several proxies of this machine, by loopback only, counts every byte, and
 * says what each of them took for it.
 *
 * <p>Entry point: {@link io.weir.benchmarks.load.Main}. Clients and origin run on {@link
 * io.weir.benchmarks.load.EventLoop}s, half as many each as there are cores; a connection and what is counted of it belong
 * to one of them. The thread of the command only starts, waits and asks.
 */
@NullMarked
package io.weir.benchmarks.load;

import org.jspecify.annotations.NullMarked;
