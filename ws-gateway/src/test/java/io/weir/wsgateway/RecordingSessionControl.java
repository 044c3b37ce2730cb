package io.weir.wsgateway;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down the commands that it gets. */
final class RecordingSessionControl implements SessionControl {
    final List<String> commands = new CopyOnWriteArrayList<>();

    @Override
    public void close(long sessionId, String by) {
        commands.add("close " + sessionId + " by " + by);
    }

    @Override
    public void closeAll(String by) {
        commands.add("closeAll by " + by);
    }
}
