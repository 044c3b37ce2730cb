package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import io.weir.eventbus.SessionMeter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The promise of one metered write: learns from the channel how much of its buffer the kernel has taken. Belongs to
 * one {@link WriteMeter}, which uses it again after it ended; so nobody else may hold it, listen to it or wait for it. Event loop only.
 */
final class MeteredWrite implements ChannelProgressivePromise {
    private final WriteMeter meter;
    private final Channel channel;
    private @Nullable SessionMeter session;
    private Leg leg = Leg.DOWN;
    private long size;
    private long taken;
    private @Nullable ChannelPromise writer;
    private boolean done = true;

    @Nullable MeteredWrite nextKept;

    MeteredWrite(WriteMeter meter, Channel channel) {
        this.meter = meter;
        this.channel = channel;
    }

    void begin(SessionMeter session, Leg leg, long size, @Nullable ChannelPromise writer) {
        this.session = session;
        this.leg = leg;
        this.size = size;
        this.writer = writer;
        taken = 0;
        done = false;
    }

    private void countTo(long progress) {
        long more = progress - taken;
        taken = progress;
        if (session != null) {
            meter.taken(session, leg, more);
        }
    }

    private boolean end(@Nullable Throwable cause) {
        if (done) {
            return false;
        }
        done = true;
        ChannelPromise waiting = writer;
        writer = null;
        session = null;
        meter.ended(this);
        if (waiting != null) {
            if (cause == null) {
                waiting.trySuccess();
            } else {
                waiting.tryFailure(cause);
            }
        } else if (cause != null && !(cause instanceof java.io.IOException)) {
            channel.pipeline().fireExceptionCaught(cause);
        }
        return true;
    }

    @Override
    public boolean tryProgress(long progress, long total) {
        if (done) {
            return false;
        }
        countTo(progress);
        return true;
    }

    @Override
    public boolean trySuccess() {
        if (done) {
            return false;
        }
        countTo(size);
        return end(null);
    }

    @Override
    public boolean trySuccess(Void result) {
        return trySuccess();
    }

    @Override
    public boolean tryFailure(Throwable cause) {
        return end(cause);
    }

    @Override
    public ChannelProgressivePromise setProgress(long progress, long total) {
        tryProgress(progress, total);
        return this;
    }

    @Override
    public ChannelProgressivePromise setSuccess() {
        trySuccess();
        return this;
    }

    @Override
    public ChannelProgressivePromise setSuccess(Void result) {
        return setSuccess();
    }

    @Override
    public ChannelProgressivePromise setFailure(Throwable cause) {
        tryFailure(cause);
        return this;
    }

    @Override
    public boolean setUncancellable() {
        return true;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean isVoid() {
        return false;
    }

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public boolean isSuccess() {
        return false;
    }

    @Override
    public boolean isCancellable() {
        return false;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return false;
    }

    @Override
    public @Nullable Throwable cause() {
        return null;
    }

    @Override
    public @Nullable Void getNow() {
        return null;
    }

    @Override
    public ChannelProgressivePromise unvoid() {
        return this;
    }

    @Override
    public ChannelProgressivePromise addListener(GenericFutureListener<? extends Future<? super Void>> listener) {
        throw notForWaiting();
    }

    @Override
    @SafeVarargs
    public final ChannelProgressivePromise addListeners(
            GenericFutureListener<? extends Future<? super Void>>... listeners) {
        throw notForWaiting();
    }

    @Override
    public ChannelProgressivePromise removeListener(GenericFutureListener<? extends Future<? super Void>> listener) {
        throw notForWaiting();
    }

    @Override
    @SafeVarargs
    public final ChannelProgressivePromise removeListeners(
            GenericFutureListener<? extends Future<? super Void>>... listeners) {
        throw notForWaiting();
    }

    @Override
    public ChannelProgressivePromise sync() {
        throw notForWaiting();
    }

    @Override
    public ChannelProgressivePromise syncUninterruptibly() {
        throw notForWaiting();
    }

    @Override
    public ChannelProgressivePromise await() {
        throw notForWaiting();
    }

    @Override
    public ChannelProgressivePromise awaitUninterruptibly() {
        throw notForWaiting();
    }

    @Override
    public boolean await(long timeout, TimeUnit unit) {
        throw notForWaiting();
    }

    @Override
    public boolean await(long timeoutMillis) {
        throw notForWaiting();
    }

    @Override
    public boolean awaitUninterruptibly(long timeout, TimeUnit unit) {
        throw notForWaiting();
    }

    @Override
    public boolean awaitUninterruptibly(long timeoutMillis) {
        throw notForWaiting();
    }

    @Override
    public Void get() {
        throw notForWaiting();
    }

    @Override
    public Void get(long timeout, TimeUnit unit) {
        throw notForWaiting();
    }

    private static IllegalStateException notForWaiting() {
        return new IllegalStateException(
                "a metered write is used again: give write() a promise of your own to wait for");
    }
}
