package io.weir.replaytool;

import io.weir.aggregator.history.JournalLocator;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A place in a journal as people name it: a sequence, or an instant. Immutable.
 *
 * @param text as it was given
 * @param isSequence whether it is a sequence
 * @param value the sequence, or ms since the epoch
 */
record Place(String text, boolean isSequence, long value) {
    /** For the help of options. */
    static final String FORMS = "a sequence, or an instant: " + Instants.FORMS;

    /**
     * Reads a place.
     *
     * @throws TypeConversionException if it is none
     */
    static Place parse(String text, Instant now) {
        if (!text.matches("\\d{1,19}")) {
            return new Place(text, false, Instants.parse(text, now).toEpochMilli());
        }
        try {
            long sequence = Long.parseLong(text);
            if (sequence > 0) {
                return new Place(text, true, sequence);
            }
        } catch (NumberFormatException e) {
            // as below
        }
        throw new TypeConversionException("'" + text + "': sequences begin with 1 and end before 2^63");
    }

    /** The last event of the state that the place names; 0 if there is none. */
    long asOf(JournalLocator locator) {
        return isSequence ? value : locator.sequenceAt(value);
    }

    /** The first event of what begins there: the sequence itself, or the first that is not before the instant. */
    long first(JournalLocator locator) {
        return isSequence ? value : locator.sequenceAt(value - 1) + 1;
    }

    /** The last event of what ends there: the sequence itself, but only what is before an instant. */
    long last(JournalLocator locator) {
        return isSequence ? value : locator.sequenceAt(value - 1);
    }

    /** For picocli. */
    static final class Places implements ITypeConverter<Place> {
        @Override
        public Place convert(String text) {
            return parse(text, Instant.now());
        }
    }
}
