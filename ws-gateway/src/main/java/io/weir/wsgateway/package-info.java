/**
 * Shows what the ledger knows and takes commands: WebSocket topics, an HTTP API and a first page, the bodies of exchanges and the certificate that clients must trust.
 *
 * <p>Entry points: {@link io.weir.wsgateway.Gateway#start} with a {@link io.weir.wsgateway.GatewayConfig}. The
 * composition root supplies the {@link io.weir.wsgateway.Ledger} to read from, the
 * {@link io.weir.wsgateway.SessionControl} that carries commands out, and publishes log lines to the
 * {@link io.weir.wsgateway.LogFeed}.
 *
 * <p>Threads: one event loop, {@code weir-gateway}, owns every connection, subscription and frame, so their fields are
 * plain; stored bodies are read on {@code weir-gateway-files}, lists of sessions made on {@code weir-gateway-rows}, and the journal
 * asked on {@code weir-gateway-history}. Snapshots arrive on the aggregator's thread, log lines on any; both hop to the loop. Nobody subscribed means no
 * timer and no snapshot. The protocol is in {@code docs/gateway-protocol.md}.
 */
@NullMarked
package io.weir.wsgateway;

import org.jspecify.annotations.NullMarked;
