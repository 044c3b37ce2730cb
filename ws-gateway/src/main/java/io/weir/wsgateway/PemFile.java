package io.weir.wsgateway;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and a private key out of PEM files, and says of one that is no such file what it is and what would do. */
final class PemFile {
    private static final int MAX_BYTES = 1 << 20;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private record Block(String label, String content) {}

    private PemFile() {}

    /** The certificates of a file in their order, at least one. */
    static List<X509Certificate> certificates(Path file) {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks("certificate", file)) {
            if (block.label().equals("CERTIFICATE")) {
                found.add(certificate(file, block));
            }
        }
        if (found.isEmpty()) {
            throw new GatewayException("the gateway's certificate " + file
                    + " holds no certificate: expected PEM, -----BEGIN CERTIFICATE-----; give it with --gateway-cert");
        }
        return found;
    }

    private static X509Certificate certificate(Path file, Block block) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(bytes("certificate", file, block)));
        } catch (CertificateException e) {
            throw new GatewayException(
                    "the gateway's certificate " + file + " holds one that is damaged: " + e.getMessage(), e);
        }
    }

    /** Whether more than the file's owner may read it, as far as the file system tells. */
    static boolean isReadByOthers(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return view != null
                && view.readAttributes().permissions().stream()
                        .anyMatch(each ->
                                each == PosixFilePermission.GROUP_READ || each == PosixFilePermission.OTHERS_READ);
    }

    /** The first private key of a file. */
    static PrivateKey privateKey(Path file) {
        for (Block block : blocks("key", file)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return privateKey(file, bytes("key", file, block));
                }
                case "ENCRYPTED PRIVATE KEY" -> throw encrypted(file);
                case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
                    throw block.content().contains("ENCRYPTED")
                            ? encrypted(file)
                            : new GatewayException("the gateway's key " + file + " is in the older form "
                                    + block.label() + "; convert it: openssl pkcs8 -topk8 -nocrypt -in " + file
                                    + " -out NEW-FILE");
                default -> {} // a certificate, or parameters of a curve
            }
        }
        throw new GatewayException("the gateway's key " + file
                + " holds no private key: expected PEM, -----BEGIN PRIVATE KEY-----; give it with --gateway-key");
    }

    private static GatewayException encrypted(Path file) {
        return new GatewayException("the gateway's key " + file
                + " is encrypted, and nobody is there to ask for its password; decrypt it: openssl pkey -in " + file
                + " -out NEW-FILE, and keep that file for its owner only");
    }

    private static PrivateKey privateKey(Path file, byte[] pkcs8) {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException otherAlgorithm) {
                // the next one is tried
            } catch (GeneralSecurityException e) {
                throw new GatewayException("the gateway's key " + file + " can't be used: " + e.getMessage(), e);
            }
        }
        throw new GatewayException(
                "the gateway's key " + file + " is damaged or none of " + String.join(", ", ALGORITHMS));
    }

    private static List<Block> blocks(String what, Path file) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text(what, file));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    private static String text(String what, Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new GatewayException(
                        "the gateway's " + what + " " + file + " has more than 1 MiB: is it the file?");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new GatewayException("the gateway's " + what + " " + file + " is not there", e);
        } catch (AccessDeniedException e) {
            throw new GatewayException("the gateway's " + what + " " + file + " may not be read by this user", e);
        } catch (IOException e) {
            throw new GatewayException("the gateway's " + what + " " + file + " can't be read: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(String what, Path file, Block block) {
        try {
            return Base64.getMimeDecoder().decode(block.content());
        } catch (IllegalArgumentException e) {
            throw new GatewayException("the gateway's " + what + " " + file + " is damaged: " + e.getMessage(), e);
        }
    }
}
