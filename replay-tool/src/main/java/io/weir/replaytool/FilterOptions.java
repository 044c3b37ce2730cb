package io.weir.replaytool;

import io.weir.aggregator.SessionFilter;
import io.weir.eventbus.SessionProtocol;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which sessions somebody asks for on the command line. */
final class FilterOptions {
    @Option(names = "--host", paramLabel = "PART", description = "Only sessions whose host has this in it.")
    private String host = "";

    @Option(
            names = "--client",
            paramLabel = "PART",
            description = "Only sessions whose client's address has this in it.")
    private String client = "";

    @Option(names = "--user", paramLabel = "NAME", description = "Only sessions of this user.")
    private String user = "";

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            converter = Protocols.class,
            description = "Only sessions of this protocol: HTTP, HTTPS-Tunnel, HTTPS-MITM or HTTP-MITM.")
    private @Nullable SessionProtocol protocol;

    SessionFilter filter() {
        return new SessionFilter("", host, client, user, protocol, 0, 0);
    }

    boolean isGiven() {
        return !filter().equals(SessionFilter.ALL);
    }

    /** Reads a protocol by the name that reports show. */
    static final class Protocols implements ITypeConverter<SessionProtocol> {
        @Override
        public SessionProtocol convert(String name) {
            List<SessionProtocol> all = Arrays.asList(SessionProtocol.values());
            return all.stream()
                    .filter(each -> each.label().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + name + "' is no protocol; there are "
                            + all.stream().map(SessionProtocol::label).collect(Collectors.joining(", "))));
        }
    }
}
