/**
 * Shows what the aggregator knows: WebSocket topics, HTTP API, metrics and the dashboard.
 */
@NullMarked
package io.weir.wsgateway;

import org.jspecify.annotations.NullMarked;
