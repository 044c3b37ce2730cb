package io.weir.replaytool;

import io.weir.aggregator.history.JournalLocator;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A stretch of a journal as people name it. Sequences belong to it at both ends, an instant at its beginning only. Immutable.
 *
 * @param from null: from the beginning
 * @param to null: to the end
 */
record PlaceRange(@Nullable Place from, @Nullable Place to) {
    /** All of a journal. */
    static final PlaceRange ALL = new PlaceRange(null, null);

    /** As sequences; empty, that is with its last before its first, if the journal has nothing there. */
    EventRange in(JournalLocator locator) {
        long first = from == null ? 1 : from.first(locator);
        long last = to == null ? Long.MAX_VALUE : to.last(locator);
        return EventRange.ofSequences(first, last);
    }

    /** Reads {@code FROM..TO}, of which one may be left out. */
    static final class Ranges implements ITypeConverter<PlaceRange> {
        @Override
        public PlaceRange convert(String text) {
            int dots = text.indexOf("..");
            if (dots < 0) {
                throw new TypeConversionException("'" + text + "' is no range; give it as FROM..TO");
            }
            Instant now = Instant.now();
            return new PlaceRange(end(text.substring(0, dots), now), end(text.substring(dots + 2), now));
        }

        private static @Nullable Place end(String text, Instant now) {
            return text.isEmpty() ? null : Place.parse(text, now);
        }
    }
}
