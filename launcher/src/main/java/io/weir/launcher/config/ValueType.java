package io.weir.launcher.config;

import io.weir.proxyengine.EngineException;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.TypeConversionException;

/**
 * How a value is written in a file and on the command line. Immutable; any thread.
 *
 * @param <T> what it is read into
 * @param form how it is written, for people, such as {@code a time such as 30s}
 * @param reader makes a value of a text; its exceptions ({@link IllegalArgumentException} and those of the engine and the command line)
 *     say what is wrong and what would do
 * @param writer the one text that stands for a value
 * @param schema what JSON Schema says of one value
 */
public record ValueType<T>(
        String form, Function<String, T> reader, Function<T, String> writer, Map<String, Object> schema) {
    private static final String WORDS = "enum";

    /** A text that is none of this type. The message says what would do. */
    static final class BadValue extends Exception {
        private static final long serialVersionUID = 1;

        BadValue(String message) {
            super(message, null, false, false);
        }
    }

    /** The value of a text. */
    T read(String text) throws BadValue {
        try {
            return reader.apply(text.strip());
        } catch (InvalidPathException e) {
            throw new BadValue("'" + Fault.shown(text) + "' is no path of a file");
        } catch (TypeConversionException | EngineException | IllegalArgumentException e) {
            throw new BadValue(Fault.shown(String.valueOf(e.getMessage())));
        }
    }

    /** Whether it is the one of these words, and nothing else. */
    List<?> words() {
        return schema.get(WORDS) instanceof List<?> words ? words : List.of();
    }
}
