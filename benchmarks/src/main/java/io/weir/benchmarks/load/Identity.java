package io.weir.benchmarks.load;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;

/**
 * A key on P-256 and its certificate, made for one run by the JDK's keytool. Immutable.
 *
 * @param chain the certificate, then that of the authority, if it is another
 */
record Identity(PrivateKey key, List<X509Certificate> chain) {
    /** Who issues the origin's certificate. No proxy's authority has that name, so it tells whether one intercepts. */
    static final X500Principal ORIGIN_ISSUER = new X500Principal("CN=Weir load origin CA");

    private static final String PASSWORD = "throwaway";
    private static final String AUTHORITY = "authority";
    private static final String ORIGIN = "origin";
    private static final int NAMED_ADDRESSES = 64;

    /** The origin's, with an authority of its own; for all the names and addresses that clients use. */
    static Identity ofOrigin() throws IOException {
        return issuedBy(ORIGIN_ISSUER.getName());
    }

    /** The same from an authority of another name, for one that stands in for the origin. */
    static Identity issuedBy(String authority) throws IOException {
        return made(authority, true);
    }

    /** An authority, for a proxy that does not make its own. */
    static Identity ofAuthority(String commonName) throws IOException {
        return made("CN=" + commonName, false);
    }

    private static Identity made(String authority, boolean withOrigin) throws IOException {
        Path folder = Files.createTempDirectory("weir-load-keys-");
        Path store = folder.resolve("keys.p12");
        try {
            keytool(store, AUTHORITY, authority, "-ext", "bc:c", "-ext", "ku:c=keyCertSign,cRLSign");
            if (withOrigin) {
                String names = Stream.concat(
                                Stream.of("dns:localhost", "dns:bench.test"),
                                IntStream.rangeClosed(1, NAMED_ADDRESSES).mapToObj(last -> "ip:127.0.0." + last))
                        .collect(Collectors.joining(","));
                keytool(
                        store,
                        ORIGIN,
                        "CN=bench.test",
                        "-signer",
                        AUTHORITY,
                        "-signerkeypass",
                        PASSWORD,
                        "-ext",
                        "san=" + names,
                        "-ext",
                        "eku=serverAuth");
            }
            return read(store, withOrigin ? ORIGIN : AUTHORITY);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot read what keytool has made", e);
        } finally {
            Files.deleteIfExists(store);
            Files.delete(folder);
        }
    }

    private static void keytool(Path store, String alias, String subject, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString(),
                "-alias",
                alias,
                "-dname",
                subject));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool: " + output.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keytool ran", e);
        }
    }

    private static Identity read(Path store, String alias) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream content = Files.newInputStream(store)) {
            keys.load(content, PASSWORD.toCharArray());
        }
        var key = (PrivateKey) keys.getKey(alias, PASSWORD.toCharArray());
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate each : keys.getCertificateChain(alias)) {
            chain.add((X509Certificate) each);
        }
        return new Identity(key, List.copyOf(chain));
    }

    /** The authority's certificate, as PEM. */
    String authorityPem() {
        try {
            return pem("CERTIFICATE", chain.get(chain.size() - 1).getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e); // it was decoded before
        }
    }

    /** The key, as PEM. */
    String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(String what, byte[] content) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
    }
}
