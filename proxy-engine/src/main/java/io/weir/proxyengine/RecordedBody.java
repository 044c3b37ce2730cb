package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.weir.eventbus.MessageFacts;
import io.weir.proxyengine.bodies.BodyRecorder;
import io.weir.proxyengine.bodies.BodyStore;
import io.weir.proxyengine.bodies.StoredBody;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The body of one message on its way past: its length, its frames if it is a WebSocket's, and what became of it in the store. Event loop of the exchange. */
final class RecordedBody {
    private static final StoredBody NOT_STORED = new StoredBody("", 0, "");

    private final @Nullable BodyRecorder recorder;
    private @Nullable WebSocketFrames frames;
    private @Nullable StoredBody stored;
    private @Nullable Runnable whenStored;
    private long bytes;

    /**
     * Makes it.
     *
     * @param store null if the body is not to be stored
     * @param loop the exchange's
     */
    RecordedBody(@Nullable BodyStore store, Executor loop) {
        recorder = store == null ? null : store.begin(loop, this::stored);
        stored = store == null ? NOT_STORED : null;
    }

    void countFrames() {
        frames = new WebSocketFrames();
    }

    void add(ByteBuf data) {
        bytes += data.readableBytes();
        if (frames != null) {
            frames.scan(data);
        } else if (recorder != null) {
            recorder.add(data);
        }
    }

    void end(boolean whole) {
        if (recorder == null) {
            return;
        }
        if (whole) {
            recorder.end();
        } else {
            recorder.abort();
        }
    }

    private void stored(StoredBody body) {
        stored = body;
        Runnable waiting = whenStored;
        whenStored = null;
        if (waiting != null) {
            waiting.run();
        }
    }

    /** Runs the task when it is known what became of the body, which may be now. */
    void whenStored(Runnable task) {
        if (stored == null) {
            whenStored = task;
        } else {
            task.run();
        }
    }

    long frames() {
        return frames == null ? 0 : frames.count();
    }

    MessageFacts facts(RecordedFields fields) {
        StoredBody body = stored == null ? NOT_STORED : stored;
        return fields.facts(bytes, body.sha256(), body.note());
    }
}
