package io.weir.wsgateway;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down the commands that it gets. */
final class RecordingSessionControl implements SessionControl {
    final List<String> commands = new CopyOnWriteArrayList<>();

    @Override
    public void close(long sessionId, String by, String why) {
        commands.add("close " + sessionId + by(by, why));
    }

    @Override
    public void closeAll(String by, String why) {
        commands.add("closeAll" + by(by, why));
    }

    @Override
    public void closeAll(Collection<Long> sessionIds, String filterText, String by, String why) {
        commands.add("closeAll " + List.copyOf(sessionIds) + " " + filterText + by(by, why));
    }

    private static String by(String by, String why) {
        return " by " + by + (why.isEmpty() ? "" : " why " + why);
    }
}
