package io.weir.aggregator.history;

/**
 * Which exchanges somebody wants to see. Immutable. What is empty or 0 asks for nothing.
 *
 * @param text part of host, URL, method or error; case does not matter
 * @param host part of the host; case does not matter
 * @param method the whole method; case does not matter
 * @param status a status code, or its class as 1 to 5
 * @param sessionId its session, or the intercepted tunnel that it was in
 * @param fromMillis exchanges that were over before are left out, in ms since the epoch
 * @param toMillis exchanges that were over then or later are left out
 */
public record ExchangeFilter(
        String text, String host, String method, int status, long sessionId, long fromMillis, long toMillis) {}
