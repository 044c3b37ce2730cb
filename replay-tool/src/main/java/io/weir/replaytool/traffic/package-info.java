/**
 * Recorded traffic once more: {@link io.weir.replaytool.traffic.TrafficSender} sends recorded requests again and compares what comes back,
 * {@link io.weir.replaytool.traffic.ResponseServer} answers with recorded responses. Knows no journal, only what was read out of one.
 */
@NullMarked
package io.weir.replaytool.traffic;

import org.jspecify.annotations.NullMarked;
