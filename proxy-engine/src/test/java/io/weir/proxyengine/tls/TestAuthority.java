package io.weir.proxyengine.tls;

import io.netty.util.NetUtil;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA in memory, that issues certificates to origins in tests, good ones and all kinds of bad ones. Immutable. */
public final class TestAuthority {
    private static final AtomicLong serials = new AtomicLong(1000);

    private final CertificateMint.Made made;

    private TestAuthority(CertificateMint.Made made) {
        this.made = made;
    }

    public static TestAuthority create() {
        return new TestAuthority(CertificateMint.authority(Instant.now()));
    }

    /** What has to be trusted. */
    public X509Certificate certificate() {
        return made.certificate();
    }

    /** The same as a CA that can mint. */
    public CertificateAuthority asAuthority() {
        return new CertificateAuthority(made.certificate(), made.key(), Path.of("memory", "weir-ca.pem"));
    }

    /** A leaf of this CA for one name. */
    public Leaf leaf(String name) {
        return new CertificateMint(asAuthority()).leaf(name, Clock.systemUTC().instant());
    }

    /** A good certificate for these DNS names and addresses. */
    public Issued issue(String... names) {
        return order(names).issue();
    }

    /** A certificate with wishes. */
    public Order order(String... names) {
        return new Order(this, List.of(names));
    }

    /** A context for clients that trust this CA only. */
    public SSLContext clientContext() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("ca", certificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A chain, the leaf first, and its key. */
    public record Issued(List<X509Certificate> chain, PrivateKey key) {
        private static final char[] PASSWORD = "test".toCharArray();

        public X509Certificate certificate() {
            return chain.get(0);
        }

        public KeyStore keyStore() {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry("origin", key, PASSWORD, chain.toArray(X509Certificate[]::new));
                return store;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        /** A context for a client of the JDK that shows this, whosever certificate it is asked for, and trusts that CA. */
        public SSLContext clientContext(TestAuthority trusted) {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setCertificateEntry("ca", trusted.certificate());
                TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
                trust.init(store);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(new KeyManager[] {new Insistent(this)}, trust.getTrustManagers(), null);
                return context;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        /** A context for a server of the JDK that shows this, and accepts any CA in {@code clientCas} of clients. */
        public SSLContext serverContext(X509Certificate... clientCas) {
            try {
                KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
                keys.init(keyStore(), PASSWORD);
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                for (int i = 0; i < clientCas.length; i++) {
                    store.setCertificateEntry("ca" + i, clientCas[i]);
                }
                TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
                if (clientCas.length > 0) {
                    trust.init(store);
                }
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keys.getKeyManagers(), clientCas.length > 0 ? trust.getTrustManagers() : null, null);
                return context;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Shows its only certificate, also to who does not know its CA. */
    private static final class Insistent extends X509ExtendedKeyManager {
        private final Issued issued;

        Insistent(Issued issued) {
            this.issued = issued;
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "origin";
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"origin"};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[0];
        }

        @Override
        @SuppressWarnings("NullAway") // it is no server
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return issued.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return issued.key();
        }
    }

    /** What an origin's certificate shall be like. One thread; good unless told otherwise. */
    public static final class Order {
        private final TestAuthority authority;
        private final List<String> names;
        private Instant notBefore = Instant.now().minus(Duration.ofDays(1));
        private Instant notAfter = Instant.now().plus(Duration.ofDays(30));
        private String keyAlgorithm = "EC";
        private int rsaBits;
        private String signature = "SHA256withECDSA";
        private boolean selfSigned;
        private KeyPurposeId purpose = KeyPurposeId.id_kp_serverAuth;
        private X500Name subject = new X500Name("CN=test origin");
        private final List<GeneralName> others = new ArrayList<>();

        private Order(TestAuthority authority, List<String> names) {
            this.authority = authority;
            this.names = names;
        }

        public Order valid(Instant from, Instant to) {
            notBefore = from;
            notAfter = to;
            return this;
        }

        public Order rsa(int bits) {
            keyAlgorithm = "RSA";
            rsaBits = bits;
            return this;
        }

        /** Such as {@code SHA1withECDSA}: the CA has an EC key; a self-signed RSA one needs an RSA algorithm. */
        public Order signature(String algorithm) {
            signature = algorithm;
            return this;
        }

        public Order selfSigned() {
            selfSigned = true;
            return this;
        }

        public Order subject(X500Name name) {
            subject = name;
            return this;
        }

        /** One more alternative name, of any kind. */
        public Order alternative(int kind, String name) {
            others.add(new GeneralName(kind, name));
            return this;
        }

        public Order forClients() {
            purpose = KeyPurposeId.id_kp_clientAuth;
            return this;
        }

        public Issued issue() {
            try {
                KeyPair key = key();
                X500Name issuer = selfSigned
                        ? subject
                        : X500Name.getInstance(authority
                                .certificate()
                                .getSubjectX500Principal()
                                .getEncoded());
                var builder = new X509v3CertificateBuilder(
                        issuer,
                        BigInteger.valueOf(serials.incrementAndGet()),
                        Date.from(notBefore),
                        Date.from(notAfter),
                        subject,
                        SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
                if (!names.isEmpty() || !others.isEmpty()) {
                    builder.addExtension(Extension.subjectAlternativeName, false, alternatives());
                }
                PrivateKey signer = selfSigned ? key.getPrivate() : authority.made.key();
                byte[] der = builder.build(new JcaContentSignerBuilder(signature).build(signer))
                        .getEncoded();
                return new Issued(List.of(Pem.certificate(der)), key.getPrivate());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        private GeneralNames alternatives() {
            List<GeneralName> all = new ArrayList<>(others);
            for (String name : names) {
                byte[] address = NetUtil.createByteArrayFromIpAddressString(name);
                all.add(
                        address == null
                                ? new GeneralName(GeneralName.dNSName, name)
                                : new GeneralName(GeneralName.iPAddress, new DEROctetString(address)));
            }
            return new GeneralNames(all.toArray(GeneralName[]::new));
        }

        private KeyPair key() throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(keyAlgorithm);
            if (rsaBits > 0) {
                generator.initialize(rsaBits);
            } else {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        }
    }
}
