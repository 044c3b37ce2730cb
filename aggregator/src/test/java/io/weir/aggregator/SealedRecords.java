package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.seal.RecordChain;
import io.weir.aggregator.seal.SealPublicKey;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.Seal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Follows a journal's chain from its first event and compares every seal with it. */
final class SealedRecords implements EventSink {
    private final RecordChain chain = new RecordChain();
    private final JournalReader reader;
    private final List<Long> seals = new ArrayList<>();
    private final Set<String> filesThatBeginWithASeal = new LinkedHashSet<>();
    private final Set<String> files = new LinkedHashSet<>();
    private String lastDigest = "";
    private String publicKey = "";
    private long last;

    private SealedRecords(JournalReader reader) {
        this.reader = reader;
    }

    /** Reads a journal whose chain begins with its first event. */
    static SealedRecords of(Path folder) {
        try (JournalReader reader = JournalReader.open(folder)) {
            SealedRecords found = new SealedRecords(reader);
            found.chain.begin(1);
            reader.tap(found.chain);
            assertThat(reader.read(found, ReadProgress.NONE).faults()).isEmpty();
            return found;
        }
    }

    List<Long> seals() {
        return seals;
    }

    String lastDigest() {
        return lastDigest;
    }

    /** Of the last seal. */
    String publicKey() {
        return publicKey;
    }

    Set<String> files() {
        return files;
    }

    Set<String> filesThatBeginWithASeal() {
        return filesThatBeginWithASeal;
    }

    /** Whether the last event is a seal. */
    boolean isSealedToItsEnd() {
        return !seals.isEmpty() && seals.get(seals.size() - 1) == last;
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        last = sequence;
        boolean isFirst = files.add(reader.recordPosition().file());
        if (event instanceof Seal seal) {
            assertThat(seal.digest()).as("seal %s", sequence).isEqualTo(chain.digest());
            assertThat(seal.previous()).isEqualTo(chain.previous());
            assertThat(seal.firstSequence()).isEqualTo(chain.spanFirst());
            assertThat(seal.lastSequence()).isEqualTo(sequence - 1);
            assertThat(seal.records()).isEqualTo(chain.records());
            assertThat(SealPublicKey.ofHex(seal.publicKey()).hasSigned(seal, atMillis))
                    .isTrue();
            chain.sealed(seal);
            seals.add(sequence);
            lastDigest = seal.digest();
            publicKey = seal.publicKey();
            if (isFirst) {
                filesThatBeginWithASeal.add(reader.recordPosition().file());
            }
        }
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        last = sequence;
        files.add(reader.recordPosition().file());
    }
}
