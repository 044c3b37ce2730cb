package io.weir.proxyengine.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads and writes PEM (RFC 7468): base64 between a line that begins and a line that ends. What surrounds the blocks is passed over. */
final class Pem {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private Pem() {}

    static String write(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + LINES.encodeToString(der) + "\n-----END " + label + "-----\n";
    }

    /**
     * The contents of all blocks with that label.
     *
     * @throws IllegalArgumentException if one does not end, or is no base64
     */
    static List<byte[]> read(String label, String text) {
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        List<byte[]> blocks = new ArrayList<>();
        int from = text.indexOf(begin);
        while (from >= 0) {
            int to = text.indexOf(end, from);
            if (to < 0) {
                throw new IllegalArgumentException("a block " + label + " does not end");
            }
            String base64 = text.substring(from + begin.length(), to).replaceAll("\\s", "");
            blocks.add(Base64.getDecoder().decode(base64));
            from = text.indexOf(begin, to);
        }
        return blocks;
    }

    /**
     * The certificates in a PEM file's text.
     *
     * @throws CertificateException if a block is none
     */
    static List<X509Certificate> certificates(String text) throws CertificateException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            for (byte[] der : read("CERTIFICATE", text)) {
                certificates.add(certificate(der));
            }
        } catch (IllegalArgumentException e) {
            throw new CertificateException(e.getMessage(), e);
        }
        return certificates;
    }

    static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    static byte[] bytes(String pem) {
        return pem.getBytes(StandardCharsets.US_ASCII);
    }
}
