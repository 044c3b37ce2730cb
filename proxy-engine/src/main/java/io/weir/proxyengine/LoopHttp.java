package io.weir.proxyengine;

import io.netty.channel.EventLoop;

/**
 * With what the sessions of one event loop speak HTTP. That loop only.
 *
 * @param heads puts heads of messages into bytes
 * @param via this node, as it signs messages
 * @param flushes flushes what a round of the loop has written
 * @param windows how much streams of HTTP/2 may be sent ahead
 */
record LoopHttp(HeadWriter heads, Via via, LateFlush flushes, StreamWindows.Budget windows) {
    /** Over all loops, for streams whose receivers keep up. */
    private static final long STREAMS_AHEAD_BYTES = 64 << 20;

    static LoopHttp of(EventLoop loop, EngineConfig config) {
        return new LoopHttp(
                new HeadWriter(),
                new Via(config.nodeName()),
                new LateFlush(loop),
                new StreamWindows.Budget(STREAMS_AHEAD_BYTES / config.network().eventLoops()));
    }
}
