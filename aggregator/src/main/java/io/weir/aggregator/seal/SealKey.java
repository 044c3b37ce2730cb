package io.weir.aggregator.seal;

import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.eventbus.LedgerEvent.Seal;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key of this install that signs seals, and statements about what is sealed. Immutable. Whoever holds the journal's lock may make it,
 * anybody who may read its file may load it.
 *
 * <p>Its folder, which only the owner may enter, holds {@code seal-key.pem} (private and public key, mode 0600), {@code
 * seal-public.pem} for whoever verifies, and the public keys of earlier private keys as {@code seal-public-ID.pem}.
 */
public final class SealKey {
    private static final Logger LOG = LoggerFactory.getLogger(SealKey.class);
    private static final String LABEL = "PRIVATE KEY";

    private final PrivateKey secret;
    private final SealPublicKey published;

    private SealKey(PrivateKey secret, SealPublicKey published) {
        this.secret = secret;
        this.published = published;
    }

    /**
     * Reads the key, or makes one if there is none.
     *
     * @throws JournalException if others can read it, or it can't be read or made
     */
    public static SealKey loadOrCreate(Path folder) {
        SealKeyFolder files = new SealKeyFolder(folder);
        try {
            files.open();
            boolean isNew = !files.hasKey();
            if (isNew) {
                KeyPair pair =
                        KeyPairGenerator.getInstance(SealPublicKey.ALGORITHM).generateKeyPair();
                SealPublicKey made = SealPublicKey.of(pair.getPublic().getEncoded());
                files.writeKey(Pem.write(LABEL, pair.getPrivate().getEncoded()) + made.pem());
            }
            SealKey key = read(files.key());
            files.publish(key.published);
            if (isNew) {
                LOG.info("a key for the journal's seals was made folder={} key={}", folder, key.published.id());
            }
            return key;
        } catch (IOException | GeneralSecurityException e) {
            String reason = e instanceof IOException io ? Pem.reason(io) : e.toString();
            throw new JournalException(
                    FaultKind.UNREADABLE,
                    "seal key " + files.key() + " " + reason
                            + "; restore it, or move it away: the next start makes another, and weir verify shows the change",
                    e);
        }
    }

    /**
     * Reads the key; makes, changes and publishes nothing, so it may be done beside a running node.
     *
     * @throws JournalException if there is none, others can read it, or it can't be read
     */
    public static SealKey load(Path folder) {
        SealKeyFolder files = new SealKeyFolder(folder);
        try {
            if (!files.hasKey()) {
                throw new NoSuchFileException(files.key().toString());
            }
            SealKeyFolder.requirePrivate(folder, "700");
            return read(files.key());
        } catch (IOException | GeneralSecurityException e) {
            String reason = e instanceof IOException io ? Pem.reason(io) : e.toString();
            throw new JournalException(FaultKind.UNREADABLE, "seal key " + files.key() + " " + reason, e);
        }
    }

    /**
     * The same, if there is a key.
     *
     * @throws JournalException if others can read it, or it can't be read
     */
    public static Optional<SealKey> find(Path folder) {
        return new SealKeyFolder(folder).hasKey() ? Optional.of(load(folder)) : Optional.empty();
    }

    private static SealKey read(Path file) throws IOException, GeneralSecurityException {
        SealKeyFolder.requirePrivate(file, "600");
        PrivateKey secret = KeyFactory.getInstance(SealPublicKey.ALGORITHM)
                .generatePrivate(new PKCS8EncodedKeySpec(Pem.read(file, LABEL)));
        SealKey key = new SealKey(secret, SealPublicKey.of(Pem.read(file, SealPublicKey.LABEL)));
        Seal probe = new Seal(
                1, 1, 0, 0, "", 0, key.published.hex(), RecordChain.NO_DIGEST, RecordChain.NO_DIGEST, "00".repeat(64));
        if (!key.published.hasSigned(key.signed(probe, 0), 0)) {
            throw new IOException("holds a private and a public key that do not belong together");
        }
        return key;
    }

    /** Who checks what this key signs. */
    public SealPublicKey published() {
        return published;
    }

    /** The seal of a chain's span as it is now, to be written with that time. Takes about a millisecond. */
    public Seal seal(RecordChain chain, String nodeId, long boot, long atMillis) {
        Seal seal = new Seal(
                chain.chainFirst(),
                chain.spanFirst(),
                chain.lastSequence(),
                chain.records(),
                nodeId,
                boot,
                published.hex(),
                chain.previous(),
                chain.digest(),
                "");
        return signed(seal, atMillis);
    }

    /** Signs the text of a statement; in hex. */
    public String signStatement(byte[] text) {
        return signature(SignedBytes.ofStatement(text));
    }

    private Seal signed(Seal seal, long atMillis) {
        return new Seal(
                seal.chainFirst(),
                seal.firstSequence(),
                seal.lastSequence(),
                seal.records(),
                seal.nodeId(),
                seal.boot(),
                seal.publicKey(),
                seal.previous(),
                seal.digest(),
                signature(SignedBytes.of(seal, atMillis)));
    }

    private String signature(byte[] bytes) {
        try {
            Signature signature = Signature.getInstance(SealPublicKey.ALGORITHM);
            signature.initSign(secret);
            signature.update(bytes);
            return HexFormat.of().formatHex(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK signs with Ed25519", e);
        }
    }
}
