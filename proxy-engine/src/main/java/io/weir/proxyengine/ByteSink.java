package io.weir.proxyengine;

/** Is told how many bytes a decoder has taken, before what it made of them is passed on. Event loop only. */
@FunctionalInterface
interface ByteSink {
    void consumed(long bytes);
}
