package io.weir.proxyengine.tls;

import io.weir.proxyengine.tls.TlsFailure.Kind;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the messages of the two TLS providers, which is the only way that either says which alert it has received. Stateless.
 *
 * <p>BoringSSL: {@code error:…:SSL routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA}, of which the last part counts, and what does not begin
 * with a version and {@code ALERT} is its own finding. The JDK: {@code Received fatal alert: unknown_ca}, else a sentence.
 */
final class ReasonText {
    private static final String JDK_ALERT = "Received fatal alert: ";
    private static final String BORINGSSL = "OPENSSL_internal:";

    private static final Set<String> REFUSALS = Set.of(
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "unknown_ca",
            "access_denied",
            "bad_certificate_hash_value",
            "bad_certificate_status_response");

    /** The names of alerts are the only words of a peer that we repeat, so they are looked up. */
    private static final Set<String> OTHER_ALERTS = Set.of(
            "handshake_failure",
            "illegal_parameter",
            "decode_error",
            "decrypt_error",
            "internal_error",
            "insufficient_security",
            "certificate_required",
            "missing_extension",
            "unsupported_extension",
            "unexpected_message",
            "user_canceled",
            "user_cancelled",
            "unknown_psk_identity",
            "inappropriate_fallback",
            "bad_record_mac",
            "record_overflow",
            "no_certificate",
            "no_renegotiation",
            "export_restriction",
            "ech_required");

    private static final Map<String, TlsFailure> OWN_FINDINGS = Map.ofEntries(
            Map.entry("UNSUPPORTED_PROTOCOL", version()),
            Map.entry("UNSUPPORTED_PROTOCOL_FOR_CUSTOM_KEY", version()),
            Map.entry("WRONG_SSL_VERSION", version()),
            Map.entry("WRONG_VERSION_NUMBER", notTls()),
            Map.entry("HTTP_REQUEST", notTls()),
            Map.entry("HTTPS_PROXY_REQUEST", notTls()),
            Map.entry("NO_APPLICATION_PROTOCOL", protocol()),
            Map.entry("INVALID_ALPN_PROTOCOL", protocol()),
            Map.entry("NO_SHARED_CIPHER", suites()),
            Map.entry("WRONG_CIPHER_RETURNED", suites()),
            Map.entry("NO_COMMON_SIGNATURE_ALGORITHMS", suites()),
            Map.entry("NO_SHARED_GROUP", suites()));

    private ReasonText() {}

    static TlsFailure read(String message) {
        int jdk = message.indexOf(JDK_ALERT);
        if (jdk >= 0) {
            return alert(message.substring(jdk + JDK_ALERT.length()).trim());
        }
        int boring = message.lastIndexOf(BORINGSSL);
        if (boring >= 0) {
            return boringSsl(message.substring(boring + BORINGSSL.length()).trim());
        }
        return jdk(message.toLowerCase(Locale.ROOT));
    }

    private static TlsFailure boringSsl(String reason) {
        TlsFailure own = OWN_FINDINGS.get(reason);
        if (own != null) {
            return own;
        }
        for (String prefix : new String[] {"SSLV3_ALERT_", "TLSV1_ALERT_", "TLSV1_"}) {
            if (reason.startsWith(prefix)) {
                return alert(reason.substring(prefix.length()).toLowerCase(Locale.ROOT));
            }
        }
        return other();
    }

    private static TlsFailure alert(String name) {
        if (REFUSALS.contains(name)) {
            return new TlsFailure(
                    Kind.PEER_REFUSED_CERTIFICATE, "it refused the certificate that it was shown (alert " + name + ")");
        }
        return switch (name) {
            case "no_application_protocol" -> protocol();
            case "protocol_version" -> version();
            case "unrecognized_name" -> new TlsFailure(Kind.UNKNOWN_NAME, "it does not know a host of that name");
            case "close_notify" -> TlsFailure.closed();
            default ->
                new TlsFailure(
                        Kind.ALERT,
                        "it ended the TLS handshake"
                                + (OTHER_ALERTS.contains(name) ? " (alert " + name + ")" : " with an alert"));
        };
    }

    private static TlsFailure jdk(String sentence) {
        if (sentence.contains("connection closed") || sentence.contains("closed inbound")) {
            return TlsFailure.closed();
        }
        if (sentence.contains("application protocol")) {
            return protocol();
        }
        if (sentence.contains("selected protocol version")
                || sentence.contains("client requested protocol")
                || sentence.contains("no appropriate protocol")) {
            return version();
        }
        if (sentence.contains("no cipher suites in common") || sentence.contains("no key share")) {
            return suites();
        }
        return sentence.contains("plaintext connection") || sentence.contains("unsupported or unrecognized ssl message")
                ? notTls()
                : other();
    }

    private static TlsFailure version() {
        return new TlsFailure(Kind.UNSUPPORTED_VERSION, "no version of TLS suits both sides (1.2 or 1.3 is needed)");
    }

    private static TlsFailure protocol() {
        return new TlsFailure(Kind.NO_COMMON_PROTOCOL, "no application protocol (ALPN) suits both sides");
    }

    private static TlsFailure suites() {
        return new TlsFailure(Kind.OTHER, "no cipher suite, group or signature algorithm suits both sides");
    }

    private static TlsFailure notTls() {
        return new TlsFailure(Kind.NOT_TLS, "it does not speak TLS");
    }

    static TlsFailure other() {
        return new TlsFailure(Kind.OTHER, "the TLS handshake failed");
    }
}
