package io.weir.proxyengine;

/** Something that is on its way to an origin and tells a {@link ConnectListener} how it ended, unless it is cancelled. Event loop only. */
interface Connecting {
    /** Gives up; the listener hears nothing any more. Void if it has ended. */
    void cancel();
}
