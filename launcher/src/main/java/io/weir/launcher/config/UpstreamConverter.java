package io.weir.launcher.config;

import io.weir.proxyengine.upstream.Upstream;
import io.weir.proxyengine.upstream.UpstreamGroup;
import io.weir.proxyengine.upstream.UpstreamKind;
import io.weir.proxyengine.upstream.UpstreamPolicy;
import io.weir.proxyengine.upstream.UpstreamTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads upstreams and their groups. Stateless.
 *
 * <pre>
 * upstream = NAME=KIND://HOST:PORT[?NAME=VALUE&amp;...]
 * group    = NAME=POLICY:MEMBER,MEMBER,...
 * </pre>
 */
final class UpstreamConverter {
    private static final String SETTINGS = "credentials, check, ca, server-name, insecure, client-cert, client-key";
    private static final Pattern HOST_PORT =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]{2,45})]|([A-Za-z0-9._-]{1,253})):(\\d{1,5})/?");

    private UpstreamConverter() {}

    /** One that has a name. */
    static Upstream named(String text) {
        int equals = text.indexOf('=');
        int scheme = text.indexOf("://");
        if (equals < 1 || scheme < equals) {
            throw wrong(text, "is no upstream: NAME=KIND://HOST:PORT is expected, such as office=http://10.0.0.1:3128");
        }
        return upstream(text.substring(0, equals), text.substring(equals + 1));
    }

    /** One that is called as its address. */
    static Upstream unnamed(String url) {
        int scheme = url.indexOf("://");
        int end = url.indexOf('?');
        String name = url.substring(scheme + 3, end < 0 ? url.length() : end);
        return upstream(name.endsWith("/") ? name.substring(0, name.length() - 1) : name, url);
    }

    private static Upstream upstream(String name, String url) {
        int scheme = url.indexOf("://");
        if (url.indexOf('@') > scheme) {
            throw new TypeConversionException(
                    "an upstream's user and password do not belong in its URL, where others see them: put user:password into a file and say"
                            + " ?credentials=FILE");
        }
        UpstreamKind kind = kind(url.substring(0, scheme));
        int question = url.indexOf('?');
        String address = url.substring(scheme + 3, question < 0 ? url.length() : question);
        Matcher matcher = HOST_PORT.matcher(address);
        if (!matcher.matches()) {
            throw wrong(address, "is no HOST:PORT, such as 10.0.0.1:" + kind.usualPort());
        }
        if (!Upstream.isName(name)) {
            throw wrong(name, "is no name for an upstream: " + Upstream.NAME_EXPECTED);
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        Map<String, String> settings = settings(url, question < 0 ? "" : url.substring(question + 1));
        Path credentials = path(settings.remove("credentials"));
        Duration check = check(settings.remove("check"));
        UpstreamTls tls = tls(url, settings);
        if (!settings.isEmpty()) {
            throw wrong(url, "sets " + settings.keySet() + "; an upstream has " + SETTINGS);
        }
        return new Upstream(name, kind, host, Integer.parseInt(matcher.group(3)), credentials, tls, check);
    }

    private static UpstreamKind kind(String scheme) {
        for (UpstreamKind kind : UpstreamKind.values()) {
            if (kind.scheme().equals(scheme)) {
                return kind;
            }
        }
        if (scheme.equals("socks5h")) { // curl's word for what we always do
            return UpstreamKind.SOCKS5;
        }
        String kinds =
                Arrays.stream(UpstreamKind.values()).map(UpstreamKind::scheme).collect(Collectors.joining(", "));
        throw wrong(scheme, "is no kind of upstream; there are " + kinds);
    }

    private static Map<String, String> settings(String text, String query) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String setting : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = setting.indexOf('=');
            if (equals < 1 || equals == setting.length() - 1) {
                throw wrong(text, "has a setting without a value: " + setting);
            }
            if (settings.put(setting.substring(0, equals), setting.substring(equals + 1)) != null) {
                throw wrong(text, "sets twice: " + setting.substring(0, equals));
            }
        }
        return settings;
    }

    private static @Nullable Path path(@Nullable String value) {
        return value == null ? null : Path.of(value);
    }

    private static Duration check(@Nullable String value) {
        Duration check = value == null ? Upstream.CHECK : new DurationConverter().convert(value);
        if (check.toMillis() < 100 || check.compareTo(Duration.ofDays(1)) > 0) {
            throw wrong("check=" + value, "is no time from 100ms to 1d");
        }
        return check;
    }

    private static UpstreamTls tls(String text, Map<String, String> settings) {
        String serverName = settings.remove("server-name");
        String insecure = settings.remove("insecure");
        if (insecure != null && !insecure.equals("true") && !insecure.equals("false")) {
            throw wrong(text, "has insecure, which is true or false");
        }
        return new UpstreamTls(
                path(settings.remove("ca")),
                serverName == null ? "" : serverName,
                "true".equals(insecure),
                path(settings.remove("client-cert")),
                path(settings.remove("client-key")));
    }

    static UpstreamGroup group(String text) {
        int equals = text.indexOf('=');
        int colon = text.indexOf(':', equals + 1);
        if (equals < 1 || colon < 0) {
            throw wrong(text, "is no group: NAME=POLICY:MEMBER,MEMBER is expected, such as all=failover:a,b");
        }
        String name = text.substring(0, equals);
        if (!Upstream.isName(name)) {
            throw wrong(name, "is no name for a group: " + Upstream.NAME_EXPECTED);
        }
        String word = text.substring(equals + 1, colon);
        List<String> members = Arrays.stream(text.substring(colon + 1).split(","))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
        for (UpstreamPolicy policy : UpstreamPolicy.values()) {
            if (policy.word().equals(word)) {
                return new UpstreamGroup(name, policy, members);
            }
        }
        String words =
                Arrays.stream(UpstreamPolicy.values()).map(UpstreamPolicy::word).collect(Collectors.joining(", "));
        throw wrong(word, "is no policy of a group; there are " + words);
    }

    private static TypeConversionException wrong(String text, String problem) {
        return new TypeConversionException("'" + text + "' " + problem);
    }
}
