package io.weir.launcher.accesslog;

import io.weir.eventbus.ExchangeCompleted;

/**
 * What a line tells of an exchange that was read. Immutable. Its times are as {@link io.weir.eventbus.ExchangeTimes} has them.
 *
 * @param url target with its query, of which secrets are replaced
 */
record ExchangeFacts(
        String url,
        String clientProtocol,
        String originProtocol,
        String originCertificate,
        String referer,
        String userAgent,
        long requestBodyBytes,
        long responseBodyBytes,
        long firstByteMicros,
        long lastByteMicros,
        long framesUp,
        long framesDown,
        String error) {

    static ExchangeFacts of(ExchangeCompleted exchange) {
        return new ExchangeFacts(
                exchange.url(),
                exchange.clientProtocol(),
                exchange.originProtocol(),
                exchange.originCertificate(),
                exchange.request().value("Referer"),
                exchange.request().value("User-Agent"),
                exchange.request().bodyBytes(),
                exchange.response().bodyBytes(),
                exchange.times().firstByteMicros(),
                exchange.times().lastByteMicros(),
                exchange.framesUp(),
                exchange.framesDown(),
                exchange.error());
    }
}
