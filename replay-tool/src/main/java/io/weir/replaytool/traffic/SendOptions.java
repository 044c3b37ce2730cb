package io.weir.replaytool.traffic;

import io.weir.aggregator.replay.ReplaySpeed;
import io.weir.eventbus.MessageFacts.Field;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * How recorded traffic is sent again. Immutable.
 *
 * @param origin where all of it goes, as scheme and authority; null: to where it went
 * @param through the proxy that it goes through; null: none
 * @param speed seconds of the recording a second
 * @param concurrency how many at once at most; 0: as it was
 * @param allowsUnsafe whether methods are sent that may change something
 * @param fields sent with each request, in place of those of the same names
 * @param ignoredFields names in lower case that are not compared
 * @param tls whom to trust; null: whom the JDK trusts
 * @param timeout how long a request may take, its response's body included
 */
public record SendOptions(
        @Nullable URI origin,
        @Nullable InetSocketAddress through,
        ReplaySpeed speed,
        int concurrency,
        boolean allowsUnsafe,
        List<Field> fields,
        Set<String> ignoredFields,
        @Nullable SSLContext tls,
        Duration timeout) {
    /** Fields that are of one connection, one moment or one way, and say nothing about the resource. */
    public static final Set<String> IGNORED_FIELDS = Set.of(
            "age",
            "connection",
            "date",
            "expires",
            "keep-alive",
            "proxy-connection",
            "server-timing",
            "set-cookie",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "via");

    /** Copies the lists. */
    public SendOptions {
        fields = List.copyOf(fields);
        ignoredFields = Set.copyOf(ignoredFields);
    }
}
