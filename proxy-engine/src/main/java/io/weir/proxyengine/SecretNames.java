package io.weir.proxyengine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names that secrets go by. Case, hyphens and underscores make no difference. Immutable; any thread. */
final class SecretNames {
    /** Header fields of the standards, of clouds and of well-known services. */
    static final Set<String> FIELDS = Set.of(
            "Authorization",
            "Proxy-Authorization",
            "Authentication-Info",
            "Proxy-Authentication-Info",
            "Cookie",
            "Cookie2",
            "Set-Cookie",
            "Set-Cookie2",
            "*token",
            "*secret",
            "*password",
            "*api-key",
            "*access-key",
            "*auth-key",
            "*session-id",
            "*subscription-key",
            "*application-key", // DD-Application-Key
            "*authorization", // X-Amz-…, X-Goog-IAM-…, X-MS-Copy-Source-Authorization, X-Original-Authorization
            "*authorization-token",
            "*jwt-assertion",
            "*customer-key", // X-Amz-Server-Side-Encryption-Customer-Key and that of a copy's source
            "*encryption-key", // X-MS-…, X-Goog-Encryption-Key
            "*master-key",
            "X-Amzn-OIDC-Data",
            "X-Auth-Request-Access-Token",
            "X-Functions-Key",
            "X-Insert-Key",
            "X-License-Key",
            "X-MS-Authorization-Auxiliary",
            "X-Query-Key",
            "X-Registry-Auth",
            "X-Registry-Config",
            "X-Tableau-Auth",
            "X-Honeycomb-Team");

    /** Parameters of URLs: those of OAuth, SAML and CAS, of signed URLs, and what keys and passwords are called. */
    static final Set<String> PARAMETERS = Set.of(
            "*token",
            "*secret",
            "*password",
            "*passwd",
            "*api-key",
            "*access-key",
            "*signature", // X-Amz-…, X-Goog-…, OAuth 1
            "*credential", // X-Amz-…, X-Goog-…
            "*subscription-key",
            "*session-id",
            "key",
            "secret-key",
            "private-key",
            "auth-key",
            "licence-key",
            "license-key",
            "hapikey",
            "AWSAccessKeyId",
            "pwd",
            "pass",
            "passphrase",
            "passcode",
            "otp",
            "totp",
            "pin",
            "sig",
            "sign",
            "hmac",
            "auth",
            "authorization",
            "bearer",
            "credentials",
            "code", // of OAuth, and the key of an Azure function
            "code-verifier",
            "device-code",
            "user-code",
            "oauth-verifier",
            "assertion",
            "client-assertion",
            "SAMLResponse",
            "SAMLRequest",
            "ticket",
            "session",
            "sid",
            "jsessionid",
            "phpsessid",
            "aspsessionid",
            "jwt",
            "csrf",
            "xsrf",
            "hdnea",
            "hdnts");

    private final Set<String> whole = new HashSet<>();
    private final List<String> ends = new ArrayList<>();

    SecretNames(Set<String> names) {
        for (String name : names) {
            if (name.startsWith("*")) {
                ends.add(canonical(name.substring(1)));
            } else {
                whole.add(canonical(name));
            }
        }
    }

    boolean has(String name) {
        String canonical = canonical(name);
        if (whole.contains(canonical)) {
            return true;
        }
        for (int i = 0; i < ends.size(); i++) {
            if (canonical.endsWith(ends.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Letters and digits, the letters lower; what is not ASCII stays. */
    private static String canonical(String name) {
        var canonical = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c > ' ' && c != '-' && c != '_' && c != 0x7f) {
                canonical.append(lower(c));
            }
        }
        return canonical.toString();
    }

    static String lower(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            if (lower(ascii.charAt(i)) != ascii.charAt(i)) {
                var lower = new StringBuilder(ascii);
                for (int j = i; j < ascii.length(); j++) {
                    lower.setCharAt(j, lower(ascii.charAt(j)));
                }
                return lower.toString();
            }
        }
        return ascii;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }
}
