/**
 * What {@code GET /metrics} says: the ledger's figures, the node's and the JVM's, in the text format of Prometheus.
 *
 * <p>Entry points: {@link io.weir.wsgateway.metrics.Meters}, and {@link io.weir.wsgateway.metrics.NodeMetrics}, which the
 * composition root supplies. This package alone knows Micrometer.
 *
 * <p>Threads: everything runs on {@code weir-metrics}, which rests while nobody asks. Nothing is counted here, so the hot
 * path knows nothing of it: each figure is read from a snapshot, or from who owns it, when it is asked for. No label has
 * values from the wire, but for names of users who have shown to be them, of which the ledger counts so many at most; so the number of series is bounded. All metrics are listed in {@code docs/operations.md}.
 */
@NullMarked
package io.weir.wsgateway.metrics;

import org.jspecify.annotations.NullMarked;
