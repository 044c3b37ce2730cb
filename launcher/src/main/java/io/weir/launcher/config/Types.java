package io.weir.launcher.config;

import io.weir.proxyengine.HostPatterns;
import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.Network;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamGroup;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The types of values. Any thread. */
final class Types {
    private static final Pattern COUNT = Pattern.compile("\\d{1,18}");
    private static final Pattern NODE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}");
    private static final Pattern REALM = Pattern.compile("[ -~&&[^\"\\\\]]{1,128}");
    private static final Pattern HOST =
            Pattern.compile("\\[[0-9A-Fa-f:.]+](:\\d{1,5})?|[^\\s:/?#@\\[\\]]{1,253}(:\\d{1,5})?");

    /** Yes or no. */
    static final ValueType<Boolean> FLAG =
            new ValueType<>("true or false", Types::flag, String::valueOf, Map.of("type", "boolean"));

    /** A file or a folder; a relative one is in the folder that the process runs in. */
    static final ValueType<Path> PATH = text(
            "a path",
            text -> {
                if (text.isEmpty()) {
                    throw new IllegalArgumentException("a path is expected");
                }
                return Path.of(text);
            },
            Path::toString);

    /** HOST:PORT. */
    static final ValueType<InetSocketAddress> ADDRESS = text(
            "HOST:PORT, such as 127.0.0.1:9090, or a port of 127.0.0.1",
            text -> new SocketAddressConverter().convert(text),
            ListenerConfig::nameOf);

    /** One host pattern, with how it is written. */
    static final ValueType<String> HOST_PATTERN = text(
            "example.com, .example.com (it and what is below it), *.example.com (only what is below it), an address, or *; each perhaps with"
                    + " :PORT",
            text -> {
                HostPatterns.parse(List.of(text));
                return text;
            },
            Function.identity());

    /** The name of a header field or a parameter. */
    static final ValueType<String> FIELD_NAME = text(
            "the name of a field or a parameter",
            text -> matching(HEADER, text, "'" + text + "' is no name of a field or a parameter"),
            Function.identity());

    /** A node, as others see it. */
    static final ValueType<String> NODE_NAME = text(
            "a name of letters, digits, '.', '_' and '-'",
            text -> matching(NODE, text, "'" + text + "' is no name of letters, digits, '.', '_' and '-'"),
            Function.identity());

    /** A host, perhaps with a port. */
    static final ValueType<String> HOST_AND_PORT = text(
            "HOST or HOST:PORT",
            text -> matching(HOST, text, "'" + text + "' is neither HOST nor HOST:PORT"),
            Function.identity());

    /** Addresses that begin alike. */
    static final ValueType<Network> NETWORK = text(
            "a network or an address, such as 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7",
            Network::parse,
            Network::toString);

    /** Some words for people. */
    static final ValueType<String> WORDS = text(
            "printable ASCII of at most 128 characters, without quotation marks and backslashes",
            text -> matching(
                    REALM,
                    text,
                    "'" + text
                            + "' is not printable ASCII of at most 128 characters, without quotation marks and backslashes"),
            Function.identity());

    /** A line of a rules file. */
    static final ValueType<String> RULE = text(
            "a rule, such as refuse host=.example.com",
            text -> {
                RuleSource.OfLines.fault(text).ifPresent(fault -> {
                    throw new IllegalArgumentException(fault);
                });
                return text.strip();
            },
            Function.identity());
    /** A quota of one user. */
    static final ValueType<UserQuota> USER_QUOTA = text(UserQuota.FORM_TEXT, UserQuota::parse, UserQuota::text);

    /** A bandwidth of one user. */
    static final ValueType<UserBandwidth> USER_BANDWIDTH =
            text(UserBandwidth.FORM_TEXT, UserBandwidth::parse, UserBandwidth::text);

    /** A listener, with how it is written. */
    static final ValueType<Listener> LISTENER = text(
            "[KIND://]HOST:PORT[?SETTINGS], such as 127.0.0.1:8080 or socks5://127.0.0.1:1080",
            text -> new Listener(text, new ListenerConverter().convert(text)),
            Listener::text);

    /** A listener, and how it was written. */
    record Listener(String text, ListenerConfig config) {}

    /** An upstream, with how it is written. */
    static final ValueType<NamedUpstream> UPSTREAM = text(
            "NAME=KIND://HOST:PORT[?SETTINGS], such as office=http://10.0.0.1:3128",
            text -> new NamedUpstream(text, UpstreamConverter.named(text)),
            NamedUpstream::text);

    /** An upstream, and how it was written. */
    record NamedUpstream(String text, Upstream config) {}

    /** A group of upstreams, with how it is written. */
    static final ValueType<NamedGroup> UPSTREAM_GROUP = text(
            "NAME=POLICY:MEMBER,MEMBER, such as all=failover:a,b; POLICY is failover, round-robin, least-sessions or latency",
            text -> new NamedGroup(text, UpstreamConverter.group(text)),
            NamedGroup::text);

    /** A group of upstreams, and how it was written. */
    record NamedGroup(String text, UpstreamGroup config) {}

    /** Where sessions go: directly, to an upstream or a group by its name, or to an upstream that is described here. */
    static final ValueType<Way> WAY = text(
            "direct, the name of an upstream or a group, or KIND://HOST:PORT[?SETTINGS], such as socks5://127.0.0.1:1080",
            Types::way,
            Way::text);

    /**
     * Where sessions go.
     *
     * @param upstream that is described here; null if the text is a name, or {@code direct}
     */
    record Way(String text, @Nullable Upstream upstream) {
        String name() {
            return upstream == null ? text : upstream.name();
        }
    }

    private static Way way(String text) {
        if (text.contains("://")) {
            return new Way(text, UpstreamConverter.unnamed(text));
        }
        if (!text.equals(Upstream.DIRECT) && !Upstream.isName(text)) {
            throw new IllegalArgumentException("'" + text + "' is neither " + Upstream.DIRECT
                    + ", nor a name, nor KIND://HOST:PORT, such as socks5://127.0.0.1:1080");
        }
        return new Way(text, null);
    }

    private Types() {}

    /** A whole number in these limits. */
    static ValueType<Long> count(long min, long max) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "integer");
        schema.put("minimum", min);
        schema.put("maximum", max);
        String form = "a whole number from " + min + " to " + max;
        return new ValueType<>(
                form,
                text -> {
                    if (!COUNT.matcher(text).matches() || Long.parseLong(text) < min || Long.parseLong(text) > max) {
                        throw new IllegalArgumentException("'" + text + "' is not " + form);
                    }
                    return Long.parseLong(text);
                },
                String::valueOf,
                schema);
    }

    /** A power of two in these limits. */
    static ValueType<Long> powerOfTwo(long min, long max) {
        ValueType<Long> any = count(min, max);
        return new ValueType<>(
                "a power of two from " + min + " to " + max,
                text -> {
                    long value = any.reader().apply(text);
                    if (Long.bitCount(value) != 1) {
                        throw new IllegalArgumentException(text + " is no power of two");
                    }
                    return value;
                },
                String::valueOf,
                any.schema());
    }

    /** A time in these limits. */
    static ValueType<Duration> time(Duration min, Duration max) {
        String form = "a time from " + text(min) + " to " + text(max) + ", such as 250ms, 30s, 5m, 1h or 7d";
        return new ValueType<>(
                form,
                text -> {
                    Duration value = new DurationConverter().convert(text);
                    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
                        throw new IllegalArgumentException("'" + text + "' is not " + form);
                    }
                    return value;
                },
                Types::text,
                Map.of("type", "string", "pattern", DurationConverter.FORM.pattern()));
    }

    /** A number of bytes in these limits. */
    static ValueType<Long> size(long min, long max) {
        String form = "a size from " + sizeText(min) + " to " + sizeText(max) + ", such as 512KiB, 10MiB or 1GiB";
        return new ValueType<>(
                form,
                text -> {
                    long value = new SizeConverter().convert(text);
                    if (value < min || value > max) {
                        throw new IllegalArgumentException("'" + text + "' is not " + form);
                    }
                    return value;
                },
                Types::sizeText,
                Map.of("type", List.of("string", "integer"), "pattern", SizeConverter.FORM.pattern()));
    }

    /** One of an enum's names, in lower case. */
    static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
        List<String> words = Arrays.stream(type.getEnumConstants())
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList();
        return new ValueType<>(
                String.join(", ", words),
                text -> {
                    if (!words.contains(text)) {
                        throw new IllegalArgumentException("'" + text + "' is none of " + String.join(", ", words));
                    }
                    return type.getEnumConstants()[words.indexOf(text)];
                },
                each -> each.name().toLowerCase(Locale.ROOT),
                Map.of("enum", words));
    }

    /** A word that stands for no value of a type, such as {@code auto} or {@code none}, or one of the type. */
    static <T> ValueType<Optional<T>> orWord(String word, ValueType<T> type) {
        List<Object> either = new ArrayList<>();
        either.add(Map.of("const", word));
        either.add(type.schema());
        return new ValueType<>(
                word + ", or " + type.form(),
                text -> text.equals(word)
                        ? Optional.empty()
                        : Optional.of(type.reader().apply(text)),
                value -> value.map(type.writer()).orElse(word),
                Map.of("anyOf", either));
    }

    private static <T> ValueType<T> text(String form, Function<String, T> reader, Function<T, String> writer) {
        return new ValueType<>(form, reader, writer, Map.of("type", "string"));
    }

    private static String matching(Pattern pattern, String text, String problem) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(problem);
        }
        return text;
    }

    private static boolean flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        }
        return text.equals("true");
    }

    /** In the largest unit that it is a whole number of. */
    static String text(Duration time) {
        long millis = time.toMillis();
        if (millis % 1000 != 0 || millis == 0) {
            return millis == 0 ? "0s" : millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds % 60 != 0) {
            return seconds + "s";
        }
        long minutes = seconds / 60;
        if (minutes % 60 != 0) {
            return minutes + "m";
        }
        return minutes % (24 * 60) == 0 ? minutes / (24 * 60) + "d" : minutes / 60 + "h";
    }

    static String sizeText(long bytes) {
        if (bytes == 0 || bytes % 1024 != 0) {
            return String.valueOf(bytes);
        }
        if (bytes % (1 << 20) != 0) {
            return (bytes >> 10) + "KiB";
        }
        return bytes % (1 << 30) != 0 ? (bytes >> 20) + "MiB" : (bytes >> 30) + "GiB";
    }
}
