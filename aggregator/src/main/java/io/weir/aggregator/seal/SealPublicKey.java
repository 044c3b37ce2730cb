package io.weir.aggregator.seal;

import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.eventbus.LedgerEvent.Seal;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/** An Ed25519 public key that seals are checked with. Immutable, any thread. */
public final class SealPublicKey {
    static final String ALGORITHM = "Ed25519";
    static final String LABEL = "PUBLIC KEY";

    private static final byte[] DER_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100"); // RFC 8410
    private static final int RAW_BYTES = 32;

    private final String raw;
    private final byte[] der;

    private SealPublicKey(String raw) {
        this.raw = raw;
        byte[] point = HexFormat.of().parseHex(raw);
        if (point.length != RAW_BYTES) {
            throw new IllegalArgumentException("an Ed25519 key has 32 bytes, not " + point.length);
        }
        this.der = Arrays.copyOf(DER_PREFIX, DER_PREFIX.length + RAW_BYTES);
        System.arraycopy(point, 0, der, DER_PREFIX.length, RAW_BYTES);
    }

    /** The key of that many hex digits, 64. */
    public static SealPublicKey ofHex(String raw) {
        return new SealPublicKey(raw);
    }

    static SealPublicKey of(byte[] der) throws IOException {
        boolean isOurs = der.length == DER_PREFIX.length + RAW_BYTES
                && Arrays.equals(der, 0, DER_PREFIX.length, DER_PREFIX, 0, DER_PREFIX.length);
        if (!isOurs) {
            throw new IOException("holds a key that is not of Ed25519");
        }
        return new SealPublicKey(HexFormat.of().formatHex(der, DER_PREFIX.length, der.length));
    }

    /**
     * Reads the first public key of a PEM file.
     *
     * @throws JournalException if it has none, or can't be read
     */
    public static SealPublicKey read(Path file) {
        try {
            return of(Pem.read(file, LABEL));
        } catch (IOException e) {
            throw new JournalException(FaultKind.UNREADABLE, "public key " + file + ": " + Pem.reason(e), e);
        }
    }

    /** The key in hex, as seals state it. */
    public String hex() {
        return raw;
    }

    /** SHA-256 of the key in DER, in hex; {@code openssl pkey -pubin -in F -outform DER | sha256sum} says the same. */
    public String id() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    String pem() {
        return Pem.write(LABEL, der);
    }

    /** Whether this key signed the seal, which came with that time. */
    public boolean hasSigned(Seal seal, long atMillis) {
        return seal.publicKey().equals(raw) && hasSigned(SignedBytes.of(seal, atMillis), seal.signature());
    }

    /** Whether this key signed the text of a statement; the signature is in hex. */
    public boolean hasSignedStatement(byte[] text, String signature) {
        return hasSigned(SignedBytes.ofStatement(text), signature);
    }

    private boolean hasSigned(byte[] bytes, String signatureHex) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key());
            signature.update(bytes);
            return signature.verify(HexFormat.of().parseHex(signatureHex));
        } catch (GeneralSecurityException e) {
            return false; // the key is no point of the curve, or the signature no pair
        }
    }

    private PublicKey key() throws GeneralSecurityException {
        return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(der));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SealPublicKey key && key.raw.equals(raw);
    }

    @Override
    public int hashCode() {
        return raw.hashCode();
    }

    @Override
    public String toString() {
        return id();
    }
}
