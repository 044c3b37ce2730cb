package io.weir.proxyengine.tls;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;

/**
 * The CA of this install: a certificate that clients have to trust, and the key that signs the leaves. Immutable; any thread.
 *
 * <p>Made at first use, for a year, with a key and a name of its own, and kept in a folder for its owner only. What is not as we made it (a
 * key that others can read, files that do not belong together, an end that has passed) is refused with a reason.
 */
public final class CertificateAuthority {
    private final X509Certificate certificate;
    private final PrivateKey key;
    private final Path certificateFile;

    CertificateAuthority(X509Certificate certificate, PrivateKey key, Path certificateFile) {
        this.certificate = certificate;
        this.key = key;
        this.certificateFile = certificateFile;
    }

    /**
     * Loads the CA in {@code folder}, or makes it, the folder included. Several processes may do so at once: all get the same.
     *
     * @throws TlsException if it can't be used
     */
    public static CertificateAuthority loadOrCreate(Path folder) {
        return new AuthorityFiles(folder, Clock.systemUTC()).loadOrCreate();
    }

    /**
     * Loads the CA in {@code folder}.
     *
     * @throws TlsException if there is none, or it can't be used
     */
    public static CertificateAuthority load(Path folder) {
        return new AuthorityFiles(folder, Clock.systemUTC()).load();
    }

    /** Whether {@code folder} holds a CA, or a part of one. */
    public static boolean exists(Path folder) {
        return new AuthorityFiles(folder, Clock.systemUTC()).exists();
    }

    /** What clients have to trust. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The certificate's DER. */
    public byte[] der() {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new TlsException("the CA's certificate can't be encoded: " + e.getMessage(), e);
        }
    }

    /** The certificate's PEM. */
    public String pem() {
        return Pem.write("CERTIFICATE", der());
    }

    /** The SHA-256 of the certificate as browsers show it: {@code AB:CD:…}. */
    public String fingerprint() {
        return Fingerprint.withColons(der());
    }

    /** The file that holds the certificate's PEM. */
    public Path certificateFile() {
        return certificateFile;
    }

    PrivateKey key() {
        return key;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "CertificateAuthority[" + certificate.getSubjectX500Principal().getName() + "]";
    }
}
