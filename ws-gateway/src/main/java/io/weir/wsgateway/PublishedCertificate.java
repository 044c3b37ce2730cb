package io.weir.wsgateway;

import java.util.Arrays;
import java.util.Objects;

/**
 * The certificate of the authority that signs for intercepted hosts, for whoever wants to trust it. Immutable; a certificate is
 * public.
 *
 * @param subject its name
 * @param fingerprint its SHA-256, as people compare it
 * @param pem its PEM form
 * @param der its DER form
 * @param validUntil the last day on which it is valid, for people
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, and compared by content
public record PublishedCertificate(String subject, String fingerprint, byte[] pem, byte[] der, String validUntil) {
    /** Copies the bytes. */
    public PublishedCertificate {
        pem = pem.clone();
        der = der.clone();
    }

    @Override
    public byte[] pem() {
        return pem.clone();
    }

    @Override
    public byte[] der() {
        return der.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublishedCertificate that
                && subject.equals(that.subject)
                && fingerprint.equals(that.fingerprint)
                && Arrays.equals(pem, that.pem)
                && Arrays.equals(der, that.der)
                && validUntil.equals(that.validUntil);
    }

    @Override
    public int hashCode() {
        return Objects.hash(subject, fingerprint, validUntil);
    }

    @Override
    public String toString() {
        return "PublishedCertificate[" + subject + ", " + fingerprint + ", until " + validUntil + "]";
    }
}
