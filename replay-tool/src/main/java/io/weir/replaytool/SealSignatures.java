package io.weir.replaytool;

import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.seal.SealPublicKey;
import io.weir.aggregator.seal.TrustedKeys;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.replaytool.Break.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks whose the seals are. One thread.
 *
 * <p>A signature costs a millisecond and there is one for every two seconds of a journal's life. But the signature of a seal vouches,
 * through the chain, for every byte before it, the earlier seals among them. So of the seals that fit only every {@link #AT_ONCE}th
 * and the last is checked; if it is wrong, those that it should have vouched for are checked one by one, to name the first.
 */
final class SealSignatures {
    static final int AT_ONCE = 64;
    private static final int KEYS_LISTED = 100;

    private final TrustedKeys trusted;
    private final Breaks breaks;
    private final List<Pending> pending = new ArrayList<>();
    private final Map<String, Long> firstOfKey = new LinkedHashMap<>();

    private record Pending(Seal seal, long atMillis, long sequence, JournalPosition place) {
        boolean isGenuine() {
            return SealPublicKey.ofHex(seal.publicKey()).hasSigned(seal, atMillis);
        }
    }

    SealSignatures(TrustedKeys trusted, Breaks breaks) {
        this.trusted = trusted;
        this.breaks = breaks;
    }

    /** Whether the seal is of a key that it may be of. The first one of another is a finding. */
    boolean isTrusted(Seal seal, long sequence, JournalPosition place) {
        boolean isNew = firstOfKey.size() < KEYS_LISTED && firstOfKey.putIfAbsent(seal.publicKey(), sequence) == null;
        boolean isTrusted = trusted.keys().isEmpty() ? isFirstKey(seal) : trusted.has(seal.publicKey());
        if (isNew) {
            checkPending(); // so that each key's last seal is checked
            if (!isTrusted) {
                String id = SealPublicKey.ofHex(seal.publicKey()).id();
                breaks.add(
                        Kind.WRONG_KEY,
                        sequence,
                        place,
                        "from here on seals are of the key " + id + ", which is not trusted");
            }
        }
        return isTrusted;
    }

    /** Who knows no key can still see that it changes. */
    private boolean isFirstKey(Seal seal) {
        return seal.publicKey().equals(firstOfKey.keySet().iterator().next());
    }

    /** Whether the key that the seal names signed it. */
    boolean isGenuine(Seal seal, long atMillis) {
        return SealPublicKey.ofHex(seal.publicKey()).hasSigned(seal, atMillis);
    }

    void checkLater(Seal seal, long atMillis, long sequence, JournalPosition place) {
        pending.add(new Pending(seal, atMillis, sequence, place));
        if (pending.size() >= AT_ONCE) {
            checkPending();
        }
    }

    /** Checks those that are still to be checked. */
    void checkPending() {
        if (!pending.isEmpty() && !pending.get(pending.size() - 1).isGenuine()) {
            for (Pending each : pending) {
                if (!each.isGenuine()) {
                    breaks.add(
                            Kind.FORGED,
                            each.sequence(),
                            each.place(),
                            "the seal was not signed by the key that it names, or was changed");
                    break; // nobody vouches for what follows it
                }
            }
        }
        pending.clear();
    }

    /** The keys that were met, in hex, each with the sequence of its first seal. */
    Map<String, Long> keys() {
        return new LinkedHashMap<>(firstOfKey);
    }

    TrustedKeys trusted() {
        return trusted;
    }
}
