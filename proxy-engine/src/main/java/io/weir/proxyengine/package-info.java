/**
 * Carries the traffic: listeners, HTTP proxying, tunnels and interception. Publishes what it reads and writes as deltas and knows no totals.
 */
@NullMarked
package io.weir.proxyengine;

import org.jspecify.annotations.NullMarked;
