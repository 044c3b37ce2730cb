package io.weir.proxyengine.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Reads a CA's two files, and refuses what could not be trusted with a reason and what to do about it. One use. */
final class AuthorityReader {
    private static final long FILE_MAX = 64 * 1024;
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private final Path folder;
    private final Path certificateFile;
    private final Path keyFile;

    AuthorityReader(Path folder, Path certificateFile, Path keyFile) {
        this.folder = folder;
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
    }

    CertificateAuthority read(Instant now) {
        requireBoth();
        requirePrivate(folder, "folder", "700");
        if (Files.isSymbolicLink(keyFile)) {
            throw refused(keyFile, "is a symbolic link; put the key itself there");
        }
        requirePrivate(keyFile, "key", "600");
        X509Certificate certificate = certificate();
        PrivateKey key = key(certificate);
        requireAuthority(certificate, now);
        requireMatch(certificate, key);
        return new CertificateAuthority(certificate, key, certificateFile);
    }

    private void requireBoth() {
        boolean hasCertificate = Files.exists(certificateFile, LinkOption.NOFOLLOW_LINKS);
        boolean hasKey = Files.exists(keyFile, LinkOption.NOFOLLOW_LINKS);
        if (!hasCertificate && !hasKey) {
            throw new TlsException("there is no CA in " + folder + "; it is made when interception is first used");
        }
        if (hasCertificate != hasKey) {
            Path there = hasCertificate ? certificateFile : keyFile;
            Path missing = hasCertificate ? keyFile : certificateFile;
            throw new TlsException("the CA is incomplete: " + there + " is there, " + missing
                    + " is not; bring it back, or remove the one that is there to get a new CA");
        }
    }

    static void requirePrivate(Path path, String what, String mode) {
        if (!AuthorityFiles.isPosix(path)) {
            return;
        }
        try {
            for (PosixFilePermission each : Files.getPosixFilePermissions(path)) {
                if (OTHERS.contains(each)) {
                    throw new TlsException("the CA's " + what + " " + path
                            + " is open to others than its owner; run: chmod " + mode + " " + path);
                }
            }
        } catch (IOException e) {
            throw new TlsException("the CA's " + what + " " + path + " can't be looked at: " + e, e);
        }
    }

    private X509Certificate certificate() {
        try {
            List<X509Certificate> certificates = Pem.certificates(text(certificateFile));
            if (certificates.isEmpty()) {
                throw refused(
                        certificateFile,
                        "holds no PEM certificate; bring the file back, or remove both to get a new CA");
            }
            return certificates.get(0);
        } catch (CertificateException e) {
            throw refused(
                    certificateFile,
                    "holds no certificate that can be read (" + e.getMessage()
                            + "); bring the file back, or remove both to get a new CA");
        }
    }

    /** The reasons never hold what was read: it may be a key. */
    private PrivateKey key(X509Certificate certificate) {
        String advice = "; bring the file back, or remove both files to get a new CA";
        try {
            List<byte[]> keys = Pem.read("PRIVATE KEY", text(keyFile));
            if (keys.size() != 1) {
                throw refused(keyFile, "holds no PEM key (a block PRIVATE KEY)" + advice);
            }
            KeyFactory factory =
                    KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm());
            return factory.generatePrivate(new PKCS8EncodedKeySpec(keys.get(0)));
        } catch (IllegalArgumentException e) {
            throw refused(keyFile, "is no PEM" + advice);
        } catch (GeneralSecurityException e) {
            throw refused(keyFile, "holds no key of the kind that the certificate has" + advice);
        }
    }

    private void requireAuthority(X509Certificate certificate, Instant now) {
        boolean[] usage = certificate.getKeyUsage();
        boolean signs = usage == null || usage[5];
        if (certificate.getBasicConstraints() < 0 || !signs) {
            throw refused(certificateFile, "is not the certificate of a CA; remove both files to get a new one");
        }
        Instant end = certificate.getNotAfter().toInstant();
        if (!now.isBefore(end)) {
            throw refused(
                    certificateFile,
                    "expired on " + end + "; remove it and " + keyFile
                            + ", restart, and have clients trust the new one");
        }
        Instant start = certificate.getNotBefore().toInstant();
        if (now.isBefore(start)) {
            throw refused(certificateFile, "is valid only from " + start + "; is the clock of this machine right?");
        }
    }

    private void requireMatch(X509Certificate certificate, PrivateKey key) {
        try {
            byte[] probe = {1, 2, 3};
            Signature signature = Signature.getInstance(CertificateMint.signatureAlgorithm(key));
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw new TlsException("the CA's key " + keyFile + " can't sign: " + e.getMessage(), e);
        }
        throw refused(
                keyFile,
                "is not the key of " + certificateFile + "; bring the right one back, or remove both to get a new CA");
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > FILE_MAX) {
                throw refused(file, "is far too large");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new TlsException("the CA's file " + file + " can't be read: " + e, e);
        }
    }

    private static TlsException refused(Path file, String what) {
        return new TlsException("the CA's file " + file + " " + what);
    }
}
