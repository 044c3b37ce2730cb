package io.weir.wsgateway;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;

/** Tries whether a certificate is that of a private key: what the one signs the other must confirm. */
final class KeyMatch {
    private static final byte[] SAMPLE = {1, 2, 3};

    private KeyMatch() {}

    /**
     * Returns if they belong together.
     *
     * @throws GatewayException if they don't
     */
    static void require(X509Certificate certificate, PrivateKey key, Path chainFile, Path keyFile)
            throws GeneralSecurityException {
        if (!matches(certificate, key)) {
            throw new GatewayException("the gateway's key " + keyFile + " does not belong to the first certificate of "
                    + chainFile + " (" + certificate.getSubjectX500Principal().getName() + ")");
        }
    }

    private static boolean matches(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "Ed25519";
                });
        signature.initSign(key);
        signature.update(SAMPLE);
        byte[] signed = signature.sign();
        try {
            signature.initVerify(certificate.getPublicKey());
            signature.update(SAMPLE);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException otherAlgorithm) {
            return false;
        }
    }
}
