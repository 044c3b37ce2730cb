package io.weir.aggregator.seal;

import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The public keys that seals may be of. Immutable.
 *
 * @param keys may be empty: then nobody can say whose the seals are
 * @param isFromElsewhere whether they were given, and not found beside the journal, where whoever rewrites it could put his own
 */
public record TrustedKeys(Set<SealPublicKey> keys, boolean isFromElsewhere) {
    /** Takes a copy. */
    public TrustedKeys {
        keys = Set.copyOf(keys);
    }

    /** The keys in files that somebody trusts. */
    public static TrustedKeys given(List<Path> files) {
        return new TrustedKeys(read(files), true);
    }

    /** The keys, of now and of before, in the folder of a node's key. */
    public static TrustedKeys in(Path sealFolder) {
        try {
            return new TrustedKeys(read(SealKeyFolder.publicKeys(sealFolder)), false);
        } catch (IOException e) {
            throw new JournalException(
                    FaultKind.UNREADABLE, "folder of the public key " + sealFolder + ": " + Pem.reason(e), e);
        }
    }

    private static Set<SealPublicKey> read(List<Path> files) {
        Set<SealPublicKey> keys = new LinkedHashSet<>();
        files.forEach(each -> keys.add(SealPublicKey.read(each)));
        return keys;
    }

    /** Whether a key, in hex, is one of them. */
    public boolean has(String publicKey) {
        return keys.contains(SealPublicKey.ofHex(publicKey));
    }
}
