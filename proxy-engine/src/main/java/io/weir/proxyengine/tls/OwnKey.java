package io.weir.proxyengine.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Reads what we show of ourselves where we are asked for it: a certificate and its key, in two PEM files. Stateless. */
final class OwnKey {
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

    private OwnKey() {}

    /**
     * Reads both.
     *
     * @throws TlsException if one cannot be used, naming it; nothing of the key is in the message
     */
    static X509ExtendedKeyManager read(Path certificate, Path key) {
        List<X509Certificate> chain = OriginTls.readPem(certificate);
        PrivateKey secret = key(key);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("own", secret, new char[0], chain.toArray(new X509Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, new char[0]);
            for (KeyManager each : factory.getKeyManagers()) {
                if (each instanceof X509ExtendedKeyManager manager) {
                    return manager;
                }
            }
            throw new TlsException("this JDK has no keys for TLS");
        } catch (GeneralSecurityException | IOException e) {
            throw new TlsException("the certificate " + certificate + " and key " + key + " can't be used: " + e, e);
        }
    }

    private static PrivateKey key(Path file) {
        List<byte[]> blocks;
        try {
            blocks = Pem.read("PRIVATE KEY", Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new TlsException("the key in " + file + " can't be read: " + e, e);
        } catch (IllegalArgumentException e) {
            throw new TlsException("the key in " + file + " is damaged", e);
        }
        for (byte[] der : blocks) {
            for (String algorithm : ALGORITHMS) {
                PrivateKey key = key(der, algorithm);
                if (key != null) {
                    return key;
                }
            }
        }
        throw new TlsException("the file " + file + " holds no key: PKCS #8 in PEM is expected, not encrypted");
    }

    /** Null if it is a key of another algorithm. */
    private static @Nullable PrivateKey key(byte[] der, String algorithm) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException another) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new TlsException("this JDK has no keys of " + algorithm, e);
        }
    }
}
