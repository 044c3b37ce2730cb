package io.weir.replaytool.traffic;

import java.util.List;
import java.util.Optional;

/**
 * What became of a recorded exchange that was to be sent again. Immutable; hostile text.
 *
 * @param skip why it was not sent
 * @param failure why there is no answer; empty if there is one, or it was not sent
 * @param status of the answer; 0 if there is none
 * @param differences between the answer and the recorded one
 * @param lateMicros how long after its time it was sent
 * @param micros how long it took
 */
public record Sent(
        Recording recording,
        Optional<Skip> skip,
        String failure,
        int status,
        List<Difference> differences,
        long lateMicros,
        long micros) {
    static Sent skipped(Recording recording, Skip why) {
        return new Sent(recording, Optional.of(why), "", 0, List.of(), 0, 0);
    }

    static Sent failed(Recording recording, String why, long lateMicros, long micros) {
        return new Sent(recording, Optional.empty(), why, 0, List.of(), lateMicros, micros);
    }

    /** Whether it was answered as it was recorded. */
    public boolean isSame() {
        return skip.isEmpty() && failure.isEmpty() && differences.isEmpty();
    }
}
