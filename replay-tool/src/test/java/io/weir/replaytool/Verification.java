package io.weir.replaytool;

import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.seal.Anchor;
import io.weir.aggregator.seal.TrustedKeys;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Runs the verifier without a command around it, which would take longer than the verifier. */
final class Verification {
    private Verification() {}

    static VerifyReport of(Path data, Anchor... anchors) {
        return of(data, TrustedKeys.in(data.resolve("seal")), anchors);
    }

    static VerifyReport of(Path data, TrustedKeys keys, Anchor... anchors) {
        try (JournalReader reader = JournalReader.open(TestLedger.journal(data))) {
            return new JournalVerifier(reader, keys, List.of(anchors)).verify(Optional.empty(), ReadProgress.NONE, 0);
        }
    }

    /** Looks at the seals only. */
    static VerifyReport ofSeals(Path data, TrustedKeys keys, Anchor... anchors) {
        try (JournalReader reader = JournalReader.open(TestLedger.journal(data))) {
            return new JournalVerifier(reader, keys, List.of(anchors))
                    .verifySeals(Optional.empty(), ReadProgress.NONE, 0);
        }
    }

    /** What {@code weir anchor} prints. */
    static Anchor anchor(Path data) {
        Run run = Run.of(data, "anchor");
        if (run.status() != 0) {
            throw new AssertionError(run.err());
        }
        return Anchor.parse(run.out());
    }
}
