package io.weir.launcher.config;

import io.weir.proxyengine.EngineException;
import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.ListenerKind;
import io.weir.proxyengine.ListenerTls;
import io.weir.proxyengine.Network;
import io.weir.proxyengine.tls.ClientName;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a listener: {@code [KIND://]HOST:PORT[?NAME=VALUE&...]}. */
public final class ListenerConverter implements ITypeConverter<ListenerConfig> {
    private static final String SETTINGS = "name, proxy-protocol, cert, key, client-ca, client-cert, client-user";

    @Override
    public ListenerConfig convert(String text) {
        int scheme = text.indexOf("://");
        ListenerKind kind = scheme < 0 ? ListenerKind.HTTP : kind(text.substring(0, scheme));
        String rest = scheme < 0 ? text : text.substring(scheme + 3);
        int question = rest.indexOf('?');
        InetSocketAddress address =
                new SocketAddressConverter().convert(question < 0 ? rest : rest.substring(0, question));
        Map<String, String> settings = settings(text, question < 0 ? "" : rest.substring(question + 1));
        try {
            String name = settings.remove("name");
            List<Network> balancers = networks(settings.remove("proxy-protocol"));
            ListenerTls tls = tls(text, settings);
            if (!settings.isEmpty()) {
                throw new TypeConversionException(
                        "'" + text + "' sets " + settings.keySet() + "; a listener has " + SETTINGS);
            }
            return new ListenerConfig(
                    name == null ? ListenerConfig.nameOf(address) : name, kind, address, balancers, tls);
        } catch (EngineException | InvalidPathException e) {
            throw new TypeConversionException("'" + text + "': " + e.getMessage());
        }
    }

    private static ListenerKind kind(String scheme) {
        for (ListenerKind kind : ListenerKind.values()) {
            if (kind.scheme().equals(scheme)) {
                return kind;
            }
        }
        String kinds =
                Arrays.stream(ListenerKind.values()).map(ListenerKind::scheme).collect(Collectors.joining(", "));
        throw new TypeConversionException("'" + scheme + "' is no kind of listener; there are " + kinds);
    }

    private static Map<String, String> settings(String text, String query) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String setting : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = setting.indexOf('=');
            if (equals < 1 || equals == setting.length() - 1) {
                throw new TypeConversionException("'" + text + "' has a setting without a value: " + setting);
            }
            if (settings.put(setting.substring(0, equals), setting.substring(equals + 1)) != null) {
                throw new TypeConversionException("'" + text + "' sets twice: " + setting.substring(0, equals));
            }
        }
        return settings;
    }

    private static List<Network> networks(@Nullable String value) {
        return value == null
                ? List.of()
                : Arrays.stream(value.split(",")).map(Network::parse).toList();
    }

    private static @Nullable ListenerTls tls(String text, Map<String, String> settings) {
        String certificate = settings.remove("cert");
        String key = settings.remove("key");
        String clientCa = settings.remove("client-ca");
        String clientCert = settings.remove("client-cert");
        String clientUser = settings.remove("client-user");
        if (Stream.of(certificate, key, clientCa, clientCert, clientUser).allMatch(Objects::isNull)) {
            return null;
        }
        if (certificate == null || key == null) {
            throw new TypeConversionException("'" + text + "' needs both, cert=FILE and key=FILE, for TLS");
        }
        if (clientCert != null && !clientCert.equals("required") && !clientCert.equals("optional")) {
            throw new TypeConversionException("'" + text + "': client-cert is required or optional");
        }
        return new ListenerTls(
                Path.of(certificate),
                Path.of(key),
                clientCa == null ? null : Path.of(clientCa),
                "required".equals(clientCert),
                clientName(text, clientUser));
    }

    private static ClientName clientName(String text, @Nullable String clientUser) {
        for (ClientName each : ClientName.values()) {
            if (each.text().equals(clientUser == null ? "none" : clientUser)) {
                return each;
            }
        }
        throw new TypeConversionException("'" + text + "': client-user is none, cn, san-email, san-dns or san-uri");
    }
}
