package io.weir.benchmarks.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One run: what to do, through what, for how long. Immutable.
 *
 * @param proxy where the proxy listens, on loopback; null to go to the origin directly, which measures the driver itself
 * @param originPort where an origin of this module listens; 0 to start one in this process
 * @param connections clients at the same time
 * @param size bytes: of a piece of bulk data, a message, a response's body; 0 for the scenario's default
 * @param requestBody bytes of a request's body; with none the request is a GET
 * @param warmUp before anything is measured
 * @param seconds how long it is measured
 * @param rate operations that are due each second; 0 for as many as there can be
 * @param isVerified whether bulk data are compared with what was sent, and not only counted; the rest always is
 * @param threads event loops of the clients, and as many of an origin that is started
 * @param targets on how many addresses the origin listens
 * @param sources from how many addresses the clients connect
 * @param pid the proxy's process, which with its children is measured; 0 if that is not wanted
 * @param credentials {@code USER:PASSWORD} that clients show to the proxy; empty for none
 */
record LoadOptions(
        Scenario scenario,
        @Nullable InetSocketAddress proxy,
        int originPort,
        int connections,
        long size,
        long requestBody,
        Duration warmUp,
        Duration seconds,
        double rate,
        boolean isVerified,
        int threads,
        int targets,
        int sources,
        long pid,
        String credentials) {
    /** Addresses of the origin, unless told otherwise. */
    static final int TARGETS = 8;

    /** Requests at a time on each HTTP/2 connection. */
    static final int STREAMS = 16;

    private static final int MOST_ADDRESSES = 64;
    private static final long MOST_ECHO_BYTES = 1 << 20;
    private static final long BULK_IN_ALL_BYTES = 128 << 20;
    private static final long LEAST_PIECE_BYTES = 32 * 1024;
    private static final long MOST_PIECE_BYTES = 1 << 20;
    private static final long PING_BYTES = 64;
    private static final long HTTP_BYTES = 1024;

    LoadOptions {
        require(
                proxy == null || (!proxy.isUnresolved() && proxy.getAddress().isLoopbackAddress()),
                "the proxy must listen on a loopback address");
        require(connections >= 1 && connections <= 1_000_000, "connections: from 1 to 1000000");
        require(size >= 0 && size <= 1L << 40, "size: from 0 to 2^40");
        require(scenario != Scenario.PING || size <= MOST_ECHO_BYTES, "size of a message: at most 1 MiB");
        require(
                scenario != Scenario.H2 || (size <= FrameReader.MOST_PAYLOAD_BYTES && requestBody == 0),
                "h2: at most 16 KiB in a response, and none in a request");
        require(requestBody >= 0 && requestBody <= 1L << 40, "body: from 0 to 2^40");
        require(!warmUp.isNegative() && warmUp.toHours() < 1, "warm-up: less than an hour");
        require(!seconds.isNegative() && !seconds.isZero() && seconds.toHours() < 24, "seconds: less than a day");
        require(rate >= 0, "rate: 0 or more");
        require(rate == 0 || scenario.hasRate(), "rate: for ping, connect, http, mitm and handshake");
        require(threads >= 1 && threads <= 256, "threads: from 1 to 256");
        require(targets >= 1 && targets <= MOST_ADDRESSES, "targets: from 1 to " + MOST_ADDRESSES);
        require(sources >= 1 && sources <= MOST_ADDRESSES, "sources: from 1 to " + MOST_ADDRESSES);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** A run with all the defaults. */
    static LoadOptions of(Scenario scenario, int connections) {
        return new LoadOptions(
                scenario,
                null,
                0,
                connections,
                0,
                0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                0,
                false,
                halfOfTheCores(),
                TARGETS,
                1,
                0,
                "");
    }

    /** Clients and origin leave as many cores to the proxy as they take for themselves. */
    static int halfOfTheCores() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }

    /** The size of a piece, so that with many tunnels the last ones do not take for ever; or as told. */
    long pieceBytes() {
        return size > 0
                ? size
                : Math.max(LEAST_PIECE_BYTES, Math.min(MOST_PIECE_BYTES, BULK_IN_ALL_BYTES / connections));
    }

    int messageBytes() {
        return Math.toIntExact(size > 0 ? size : PING_BYTES);
    }

    long responseBytes() {
        return size > 0 ? size : HTTP_BYTES;
    }

    LoadOptions through(@Nullable InetSocketAddress newProxy, int newOriginPort, long newPid) {
        return new LoadOptions(
                scenario,
                newProxy,
                newOriginPort,
                connections,
                size,
                requestBody,
                warmUp,
                seconds,
                rate,
                isVerified,
                threads,
                targets,
                sources,
                newPid,
                credentials);
    }

    LoadOptions lasting(Duration newWarmUp, Duration newSeconds) {
        return new LoadOptions(
                scenario,
                proxy,
                originPort,
                connections,
                size,
                requestBody,
                newWarmUp,
                newSeconds,
                rate,
                isVerified,
                threads,
                targets,
                sources,
                pid,
                credentials);
    }

    LoadOptions at(double newRate) {
        return new LoadOptions(
                scenario,
                proxy,
                originPort,
                connections,
                size,
                requestBody,
                warmUp,
                seconds,
                newRate,
                isVerified,
                threads,
                targets,
                sources,
                pid,
                credentials);
    }

    LoadOptions from(int newSources) {
        return new LoadOptions(
                scenario,
                proxy,
                originPort,
                connections,
                size,
                requestBody,
                warmUp,
                seconds,
                rate,
                isVerified,
                threads,
                targets,
                newSources,
                pid,
                credentials);
    }

    LoadOptions as(String newCredentials) {
        return new LoadOptions(
                scenario,
                proxy,
                originPort,
                connections,
                size,
                requestBody,
                warmUp,
                seconds,
                rate,
                isVerified,
                threads,
                targets,
                sources,
                pid,
                newCredentials);
    }

    LoadOptions sized(long newSize, long newRequestBody) {
        return new LoadOptions(
                scenario,
                proxy,
                originPort,
                connections,
                newSize,
                newRequestBody,
                warmUp,
                seconds,
                rate,
                isVerified,
                threads,
                targets,
                sources,
                pid,
                credentials);
    }
}
