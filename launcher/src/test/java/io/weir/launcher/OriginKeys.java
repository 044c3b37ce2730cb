package io.weir.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;

/**
 * An authority of origins and a certificate for {@code localhost} under it, made by the JDK's keytool.
 *
 * @param store a PKCS #12 file with the key
 * @param authority the authority's certificate, in PEM
 */
record OriginKeys(Path store, Path authority) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    static OriginKeys make(Path folder) throws IOException, GeneralSecurityException {
        Path store = folder.resolve("origin.p12");
        keytool(store, "-genkeypair", "-alias", "ca", "-dname", "CN=Origins of a test", "-ext", "bc:c=ca:true");
        keytool(
                store,
                "-genkeypair",
                "-alias",
                "origin",
                "-signer",
                "ca",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-ext",
                "eku=serverAuth");
        Path authority = folder.resolve("origins.pem");
        Files.writeString(
                authority, pem("CERTIFICATE", load(store).getCertificate("ca").getEncoded()));
        KeyStore onlyOrigin = load(store);
        onlyOrigin.deleteEntry("ca");
        try (var out = Files.newOutputStream(store)) {
            onlyOrigin.store(out, PASSWORD);
        }
        return new OriginKeys(store, authority);
    }

    /** The certificate and its key for a listener of the proxy, as the options of its URL; the files are made beside the store. */
    String listenerOptions() throws IOException, GeneralSecurityException {
        KeyStore loaded = load(store);
        var chain = new StringBuilder();
        for (Certificate each : loaded.getCertificateChain("origin")) {
            chain.append(pem("CERTIFICATE", each.getEncoded()));
        }
        Path certificate = Files.writeString(store.resolveSibling("listener.pem"), chain);
        byte[] key = loaded.getKey("origin", PASSWORD).getEncoded();
        Path keyFile = Files.writeString(store.resolveSibling("listener.key"), pem("PRIVATE KEY", key));
        return "?cert=" + certificate + "&key=" + keyFile;
    }

    private static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    KeyManagerFactory keys() throws IOException, GeneralSecurityException {
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(load(store), PASSWORD);
        return factory;
    }

    private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
        var loaded = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            loaded.load(in, PASSWORD);
        }
        return loaded;
    }

    private static void keytool(Path store, String... arguments) throws IOException {
        var command = new java.util.ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(java.util.List.of(arguments));
        command.addAll(java.util.List.of(
                "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30", "-storetype", "PKCS12"));
        command.addAll(java.util.List.of("-keystore", store.toString(), "-storepass", new String(PASSWORD)));
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
