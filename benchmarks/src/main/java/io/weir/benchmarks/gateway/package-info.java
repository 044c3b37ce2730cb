/** What a tick of the gateway costs with very many sessions open. */
@NullMarked
package io.weir.benchmarks.gateway;

import org.jspecify.annotations.NullMarked;
