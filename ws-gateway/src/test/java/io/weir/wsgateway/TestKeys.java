package io.weir.wsgateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for {@code localhost}, {@code 127.0.0.1} and {@code weir.example} that signs itself, made by the JDK's keytool.
 *
 * @param chain its PEM file
 * @param key the PEM file of its private key
 * @param certificate itself, for whoever is to trust it
 */
record TestKeys(Path chain, Path key, Certificate certificate) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    /** @param algorithm {@code EC}, {@code RSA} or {@code Ed25519} */
    static TestKeys make(Path folder, String algorithm) throws IOException, GeneralSecurityException {
        Path store = folder.resolve(algorithm + ".p12");
        keytool(store, algorithm);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        Certificate certificate = keys.getCertificate("gateway");
        Key key = keys.getKey("gateway", PASSWORD);
        return new TestKeys(
                Files.writeString(folder.resolve(algorithm + ".crt"), pem("CERTIFICATE", certificate.getEncoded())),
                Files.writeString(folder.resolve(algorithm + ".key"), pem("PRIVATE KEY", key.getEncoded())),
                certificate);
    }

    static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    /** What a client has that trusts it. */
    SSLContext trusting() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("gateway", certificate);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private static void keytool(Path store, String algorithm) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "gateway",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + algorithm + " gateway",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1,dns:weir.example",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD)));
        if (algorithm.equals("EC")) {
            command.addAll(List.of("-groupname", "secp256r1"));
        }
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
