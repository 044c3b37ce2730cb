package io.weir.launcher;

import io.weir.proxyengine.HostPatterns;
import io.weir.proxyengine.InterceptConfig;
import io.weir.proxyengine.Redaction;
import io.weir.proxyengine.bodies.BodyStoreConfig;
import io.weir.proxyengine.tls.CertificateAuthority;
import io.weir.proxyengine.tls.OriginTls;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code weir proxy} that have to do with interception. Read once, at the start. */
final class InterceptOptions {
    private static final String PATTERNS = "HOST-PATTERN";

    @Option(
            names = "--intercept",
            paramLabel = PATTERNS,
            arity = "0..1",
            split = ",",
            fallbackValue = "*",
            description = {
                "Read HTTPS and HTTP inside tunnels, and record every exchange: of these hosts, or of all.",
                "Patterns: example.com, .example.com (it and what is below it), *.example.com (only what is below it), *, each with :PORT or without.",
                "Clients must trust this install's CA: weir ca install-help."
            })
    private List<String> include = List.of();

    @Option(
            names = "--intercept-except",
            paramLabel = PATTERNS,
            split = ",",
            description = "Hosts whose tunnels are passed on unread all the same.")
    private List<String> exclude = List.of();

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "PEM file with authorities of origins to trust besides those of the JDK; may be repeated.")
    private List<Path> trust = List.of();

    @Option(
            names = "--insecure-origin",
            paramLabel = PATTERNS,
            split = ",",
            description = "Hosts whose certificate is not checked when they are intercepted.")
    private List<String> unverified = List.of();

    @Option(
            names = "--capture-bodies",
            paramLabel = PATTERNS,
            arity = "0..1",
            split = ",",
            fallbackValue = "*",
            description = "Store the bodies of exchanges with these hosts, or with all, in the data folder.")
    private List<String> capture = List.of();

    @Option(
            names = "--capture-limit",
            paramLabel = "SIZE",
            defaultValue = "10MiB",
            converter = SizeConverter.class,
            description = "A larger body is not stored.")
    private long captureLimit = 10 << 20;

    @Option(
            names = "--capture-keep",
            paramLabel = "TIME",
            defaultValue = "168h",
            converter = DurationConverter.class,
            description = "How long a stored body is kept.")
    private Duration captureKeep = Duration.ofDays(7);

    @Option(
            names = "--capture-total",
            paramLabel = "SIZE",
            defaultValue = "1GiB",
            converter = SizeConverter.class,
            description = "Room for all stored bodies; the oldest go first.")
    private long captureTotal = 1L << 30;

    @Option(
            names = "--redact",
            paramLabel = "NAME",
            split = ",",
            description = "Header fields and query parameters whose values are not recorded, besides the usual ones.")
    private List<String> redact = List.of();

    @Option(
            names = "--bypass-time",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = DurationConverter.class,
            description = "How long a host is passed on unread after interception would have broken it.")
    private Duration bypass = InterceptConfig.BYPASS;

    /**
     * What to intercept; null if nothing.
     *
     * @throws RuntimeException saying what is wrong with the options or the files, and what to do
     */
    @Nullable InterceptConfig config(DataFolder data) {
        if (include.isEmpty()) {
            if (!capture.isEmpty()) {
                throw new NodeException("--capture-bodies stores what --intercept reads: say both");
            }
            return null;
        }
        List<X509Certificate> authorities = new ArrayList<>();
        for (Path file : trust) {
            authorities.addAll(OriginTls.readPem(file));
        }
        BodyStoreConfig usual = BodyStoreConfig.defaults(data.bodies());
        return new InterceptConfig(
                CertificateAuthority.loadOrCreate(data.ca()),
                HostPatterns.parse(include),
                HostPatterns.parse(exclude),
                HostPatterns.parse(unverified),
                authorities,
                HostPatterns.parse(capture),
                capture.isEmpty()
                        ? null
                        : new BodyStoreConfig(
                                usual.folder(), captureLimit, usual.queueBytesMax(), captureKeep, captureTotal),
                Redaction.defaults().also(Set.copyOf(redact)),
                bypass);
    }
}
