package io.weir.proxyengine.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes certificates, as RFC 5280 and the rules of browsers have them: that of a CA, and leaves that a CA signs. One thread at a time.
 *
 * <p>All leaves share one key, which is made with this and never leaves memory: a key costs as much as a certificate, and whoever could read
 * one could read all.
 */
final class CertificateMint {
    /** A leaf lives for a week, which no client's rule forbids; it begins a day early, for clients whose clocks are slow. */
    private static final Duration LEAF_LIFE = Duration.ofDays(7);

    private static final Duration CLOCK_SKEW = Duration.ofDays(1);
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(365);
    private static final int COMMON_NAME_MAX = 64;
    private static final SecureRandom random = new SecureRandom();

    private final CertificateAuthority authority;
    private final X500Name issuer;
    private final AuthorityKeyIdentifier issuerKey;
    private final List<X509Certificate> above;
    private final KeyPair leafKey = newKey();

    CertificateMint(CertificateAuthority authority) {
        this.authority = authority;
        try {
            var holder = new X509CertificateHolder(authority.der());
            issuer = holder.getSubject();
            var key = SubjectKeyIdentifier.fromExtensions(holder.getExtensions());
            issuerKey = key == null
                    ? new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(
                                    authority.certificate().getPublicKey())
                    : new AuthorityKeyIdentifier(key.getKeyIdentifier());
            boolean isRoot = holder.getSubject().equals(holder.getIssuer());
            above = isRoot ? List.of() : List.of(authority.certificate()); // clients have the root already
        } catch (IOException | GeneralSecurityException e) {
            throw new TlsException("the CA's certificate can't be used: " + e.getMessage(), e);
        }
    }

    /** A new CA: what to write down. */
    record Made(PrivateKey key, X509Certificate certificate) {
        byte[] der() {
            try {
                return certificate.getEncoded();
            } catch (GeneralSecurityException e) {
                throw new TlsException("a certificate can't be encoded: " + e.getMessage(), e);
            }
        }
    }

    static Made authority(Instant now) {
        byte[] unique = new byte[4];
        random.nextBytes(unique);
        X500Name name = new X500NameBuilder()
                .addRDN(BCStyle.O, "Weir")
                .addRDN(BCStyle.CN, "Weir CA " + HexFormat.of().formatHex(unique))
                .build();
        KeyPair key = newKey();
        try {
            var keys = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = builder(name, name, key, now.minus(CLOCK_SKEW), now.plus(AUTHORITY_LIFE))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier, false, keys.createSubjectKeyIdentifier(key.getPublic()));
            return new Made(key.getPrivate(), sign(builder, key.getPrivate()));
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new TlsException("a CA can't be made: " + e.getMessage(), e);
        }
    }

    /**
     * A leaf for a name.
     *
     * @throws TlsException if the name is none, or the CA has expired
     */
    Leaf leaf(String host, Instant now) {
        byte[] address = HostName.address(host);
        String name = address == null ? HostName.dnsName(host) : host;
        if (name == null) {
            throw new TlsException("no certificate can be made for what is neither a DNS name nor an address");
        }
        Instant end = authority.certificate().getNotAfter().toInstant();
        if (!now.isBefore(end)) {
            throw new TlsException("the CA " + authority.certificateFile() + " expired on " + end
                    + "; remove it and its key, restart, and have clients trust the new one");
        }
        Instant leafEnd = now.plus(LEAF_LIFE);
        GeneralName alternative = address == null
                ? new GeneralName(GeneralName.dNSName, name)
                : new GeneralName(GeneralName.iPAddress, new DEROctetString(address));
        try {
            X509Certificate certificate = signLeaf(name, alternative, now, leafEnd.isBefore(end) ? leafEnd : end);
            var chain = new ArrayList<X509Certificate>();
            chain.add(certificate);
            chain.addAll(above);
            return new Leaf(name, chain, leafKey.getPrivate());
        } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
            throw new TlsException("a certificate for " + name + " can't be made: " + e.getMessage(), e);
        }
    }

    /** Without a common name, which may not be that long, the alternative name is all there is and therefore critical. */
    private X509Certificate signLeaf(String name, GeneralName alternative, Instant now, Instant end)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        boolean fits = name.length() <= COMMON_NAME_MAX;
        X500NameBuilder subject = new X500NameBuilder();
        if (fits) {
            subject.addRDN(BCStyle.CN, name);
        }
        X509v3CertificateBuilder builder = builder(issuer, subject.build(), leafKey, now.minus(CLOCK_SKEW), end)
                .addExtension(Extension.subjectAlternativeName, !fits, new GeneralNames(alternative))
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                .addExtension(Extension.authorityKeyIdentifier, false, issuerKey)
                .addExtension(
                        Extension.subjectKeyIdentifier,
                        false,
                        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(leafKey.getPublic()));
        return sign(builder, authority.key());
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, KeyPair key, Instant start, Instant end) {
        return new X509v3CertificateBuilder(
                issuer,
                new BigInteger(126, random).setBit(126), // positive, 16 bytes
                Date.from(start),
                Date.from(end),
                subject,
                SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        var signer = new JcaContentSignerBuilder(signatureAlgorithm(key)).build(key);
        return Pem.certificate(builder.build(signer).getEncoded());
    }

    static String signatureAlgorithm(PrivateKey key) {
        return key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }
}
