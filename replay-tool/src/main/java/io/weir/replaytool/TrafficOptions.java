package io.weir.replaytool;

import io.weir.aggregator.replay.ReplaySpeed;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.replaytool.traffic.SendOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code weir replay} for traffic. */
final class TrafficOptions {
    private static final int AT_ONCE_MOST = 1_024;

    @Option(names = "--send", description = "Send the recorded requests again, and compare the answers.")
    private boolean send;

    @Option(
            names = "--serve-responses",
            description = "Answer requests with the recorded responses, as an origin would.")
    private boolean serve;

    @Option(
            names = "--origin",
            paramLabel = "URL",
            description = "With --send: where all of it goes, as http://HOST:PORT or https://…; else where it went.")
    private @Nullable String origin;

    @Option(names = "--through", paramLabel = "HOST:PORT", description = "With --send: an HTTP proxy on the way.")
    private @Nullable String through;

    @Option(
            names = "--concurrency",
            paramLabel = "original|N",
            description = "With --send: how many at once (default: original, as it was).")
    private String concurrency = "original";

    @Option(
            names = "--allow-unsafe",
            description =
                    "With --send: also methods that may change something, that is all but GET, HEAD, OPTIONS, TRACE.")
    private boolean allowUnsafe;

    @Option(
            names = "--header",
            paramLabel = "'NAME: VALUE'",
            description = "With --send: a field of each request, such as one that was secret and is not recorded.")
    private List<String> headers = new ArrayList<>();

    @Option(names = "--ignore-header", paramLabel = "NAME", description = "With --send: do not compare this field.")
    private List<String> ignored = new ArrayList<>();

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "With --send: certificates in PEM of whoever vouches for the origins.")
    private @Nullable Path trust;

    @Option(names = "--insecure", description = "With --send: talk to whoever answers. For tests.")
    private boolean insecure;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = ReplayCommand.Pauses.class,
            description = "With --send: how long a request may take (default: 60s).")
    private Duration timeout = Duration.ofSeconds(60);

    @Option(names = "--all", description = "With --send: show each exchange, not only those that differ.")
    private boolean all;

    @Option(
            names = "--json",
            description = "With --send: a JSON object a line for each exchange, and the summary last.")
    private boolean json;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "With --serve-responses: where (default: 127.0.0.1:9092).")
    private String listen = "127.0.0.1:9092";

    boolean isSend() {
        return send;
    }

    boolean isServe() {
        return serve;
    }

    boolean isAll() {
        return all;
    }

    boolean isJson() {
        return json;
    }

    /** Where to listen. */
    InetSocketAddress listen(JournalAccess journal) {
        return address(journal, "--listen", listen);
    }

    SendOptions toSend(JournalAccess journal, ReplaySpeed speed) {
        Set<String> uncompared = new HashSet<>(SendOptions.IGNORED_FIELDS);
        ignored.forEach(each -> uncompared.add(each.toLowerCase(Locale.ROOT)));
        return new SendOptions(
                origin(journal),
                through == null ? null : address(journal, "--through", through),
                speed,
                atOnce(journal),
                allowUnsafe,
                fields(journal),
                uncompared,
                tls(journal),
                timeout);
    }

    private @Nullable URI origin(JournalAccess journal) {
        if (origin == null) {
            return null;
        }
        try {
            URI url = new URI(origin);
            boolean isOrigin = ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getHost() != null
                    && (url.getRawPath().isEmpty() || url.getRawPath().equals("/"));
            if (isOrigin) {
                return url;
            }
        } catch (URISyntaxException e) {
            // as below
        }
        throw journal.wrongUsage("--origin is http://HOST:PORT or https://HOST:PORT, not '" + origin + "'");
    }

    private static InetSocketAddress address(JournalAccess journal, String option, String text) {
        int colon = text.lastIndexOf(':');
        try {
            if (colon > 0) {
                String host = text.substring(0, colon).replaceAll("^\\[|\\]$", "");
                int port = Integer.parseInt(text.substring(colon + 1));
                return new InetSocketAddress(InetAddress.getByName(host), port);
            }
        } catch (IllegalArgumentException | UnknownHostException e) {
            // as below
        }
        throw journal.wrongUsage(option + " is HOST:PORT, not '" + text + "'");
    }

    private int atOnce(JournalAccess journal) {
        if (concurrency.equals("original")) {
            return 0;
        }
        try {
            int wanted = Integer.parseInt(concurrency);
            if (wanted >= 1 && wanted <= AT_ONCE_MOST) {
                return wanted;
            }
        } catch (NumberFormatException e) {
            // as below
        }
        throw journal.wrongUsage("--concurrency is original or 1 to " + AT_ONCE_MOST + ", not '" + concurrency + "'");
    }

    private List<Field> fields(JournalAccess journal) {
        List<Field> fields = new ArrayList<>();
        for (String each : headers) {
            int colon = each.indexOf(':');
            if (colon < 1 || !each.substring(0, colon).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                throw journal.wrongUsage("--header is 'NAME: VALUE'");
            }
            fields.add(new Field(
                    each.substring(0, colon), each.substring(colon + 1).strip()));
        }
        return fields;
    }

    private @Nullable SSLContext tls(JournalAccess journal) {
        if (trust == null && !insecure) {
            return null;
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, insecure ? new TrustManager[] {new TrustsAll()} : trusting(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw journal.wrongUsage("--trust " + trust + ": " + e.getMessage());
        }
    }

    private TrustManager[] trusting() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(Objects.requireNonNull(trust))) {
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("trusted-" + store.size(), each);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** Verifies nothing, not even the name: {@code --insecure}. */
    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
