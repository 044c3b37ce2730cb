package io.weir.replaytool;

import java.util.ArrayList;
import java.util.List;

/**
 * What a verification found. Immutable.
 *
 * @param audit what the fold says
 * @param areSumsChecked whether the events were folded; else the audit has no sums
 * @param breaks why the journal is violated, in its order; empty if it is not
 * @param sealed what the seals cover
 * @param tailFromMillis when the first event behind the last seal came; 0 if there is none
 * @param readAtMillis when the journal was read
 * @param keys whose the seals are
 * @param anchorsGiven how many anchors were to be found
 * @param anchorsFound how many were
 * @param anchorsBefore how many lie before the journal's beginning
 * @param anchoredSequence up to which sequence an anchor vouches; 0 if none does
 */
record VerifyReport(
        AuditReport audit,
        boolean areSumsChecked,
        List<Break> breaks,
        Sealed sealed,
        long tailFromMillis,
        long readAtMillis,
        List<Key> keys,
        int anchorsGiven,
        int anchorsFound,
        long anchorsBefore,
        long anchoredSequence) {

    /**
     * A key that seals were met of.
     *
     * @param id SHA-256 of it
     * @param firstSeal sequence of its first seal
     * @param trust how it was come by
     */
    record Key(String id, long firstSeal, Trust trust) {}

    /** How a key was come by. The names are part of the JSON report. */
    enum Trust {
        GIVEN("given with --public-key"),
        BESIDE_JOURNAL("found beside the journal"),
        UNKNOWN("not compared with any that is known"),
        NOT_TRUSTED("NOT TRUSTED");

        private final String words;

        Trust(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    VerifyReport {
        breaks = List.copyOf(breaks);
        keys = List.copyOf(keys);
    }

    String verdict() {
        return breaks.isEmpty() ? "ok" : "violated";
    }

    int exitStatus() {
        if (audit.isStopped()) {
            return ExitStatus.UNREADABLE;
        }
        return breaks.isEmpty() ? ExitStatus.OK : ExitStatus.VIOLATED;
    }

    /** How many events before the chain nobody has sealed. */
    long unsealedBefore() {
        return sealed.seals() == 0 ? 0 : Math.max(0, sealed.from() - audit.firstSequence());
    }

    /** How many events behind the last seal, or all if there is none, nobody has sealed yet. */
    long unsealedTail() {
        return sealed.seals() == 0 ? audit.events() : Math.max(0, audit.sequence() - sealed.sequence());
    }

    long tailAgeMillis() {
        return tailFromMillis == 0 ? 0 : Math.max(0, readAtMillis - tailFromMillis);
    }

    /** What was not proved, in plain words. */
    List<String> notProved() {
        List<String> gaps = new ArrayList<>();
        if (!areSumsChecked) {
            gaps.add(
                    "that the sums agree, and that records hold what their checksums and seals are of in the right form:"
                            + " --seals-only looks at no event but seals and starts; weir verify without it does");
        }
        if (sealed.seals() == 0) {
            gaps.add(
                    "anything against somebody who may write the files: no event is sealed; the checksums find accidents only");
            return gaps;
        }
        if (audit.omissions().pruned() != null) {
            gaps.add("what the events 1 to " + (audit.omissions().prunedBefore() - 1)
                    + " said: they were pruned. Of them the first checkpoint has the sums");
        }
        if (audit.omissions().compacted() > 0) {
            gaps.add(
                    "that this says what was written at first: it was compacted, and sealed again by whoever did that");
        }
        if (unsealedBefore() > 0) {
            gaps.add("that the events up to sequence " + (sealed.from() - 1)
                    + " are what was written: they were never sealed, or their seals are not here");
        }
        if (unsealedTail() > 0) {
            gaps.add("that the last " + Figures.counted(unsealedTail(), "event")
                    + " are what was written: no seal covers them yet");
        }
        if (anchoredSequence == 0) {
            gaps.add("that nothing was cut off at the end, whole seals with it, now or before a start of the node:"
                    + " give --anchor with a line that weir anchor printed and you kept elsewhere");
        } else {
            gaps.add("that nothing was cut off behind the newest anchor, at sequence " + anchoredSequence);
        }
        gaps.add("that whoever has the private key has not written the events "
                + (anchoredSequence == 0 ? "" : "behind that anchor ") + "anew and sealed them again");
        if (keys.stream().anyMatch(each -> each.trust() == Trust.BESIDE_JOURNAL)) {
            gaps.add(
                    "that the key is this node's: it was found beside the journal, where whoever replaces both can put his own;"
                            + " give --public-key with a copy that you kept");
        } else if (keys.stream().anyMatch(each -> each.trust() == Trust.UNKNOWN)) {
            gaps.add("that the key is this node's: none is known here; give --public-key");
        }
        return gaps;
    }
}
