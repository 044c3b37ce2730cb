package io.weir.replaytool;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * How far an export is: the file {@code FILE.weir-export} beside it, one JSON object. Immutable. The first {@code bytes} of the export
 * are the {@code rows} rows of the events from {@code firstSequence} to {@code lastSequence}, all of them and no other.
 *
 * @param firstSequence the first event that the export covers
 * @param lastSequence the last so far; one less than the first if there is none yet
 * @param lastMillis the time of that event, which tells another journal; 0 if there is none yet
 * @param rows how many rows there are
 * @param bytes how long they are, with the head and without the tail; 0: not even the head is sure to be there
 * @param isComplete whether it reached the end that was asked for, and the file has its tail
 */
record ExportMark(
        ExportKind kind,
        ExportFormat format,
        boolean withBodies,
        long firstSequence,
        long lastSequence,
        long lastMillis,
        long rows,
        long bytes,
        boolean isComplete) {
    private static final String SUFFIX = ".weir-export";
    private static final int MAX_BYTES = 4_096;

    static Path fileOf(Path export) {
        return export.resolveSibling(export.getFileName() + SUFFIX);
    }

    ExportMark with(long newLastSequence, long newLastMillis, long newRows, long newBytes, boolean nowComplete) {
        return new ExportMark(
                kind,
                format,
                withBodies,
                firstSequence,
                newLastSequence,
                newLastMillis,
                newRows,
                newBytes,
                nowComplete);
    }

    /** Writes the file beside the export, or nothing of it. */
    void write(Path export) throws IOException {
        Path temporary = export.resolveSibling(export.getFileName() + SUFFIX + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer text = ByteBuffer.wrap(json().getBytes(StandardCharsets.UTF_8));
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
        }
        Files.move(temporary, fileOf(export), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = Json.to(text)) {
            json.writeStartObject();
            json.writeNumberProperty("weirExport", 1);
            json.writeStringProperty("kind", kind.toString());
            json.writeStringProperty("format", format.toString());
            json.writeBooleanProperty("bodies", withBodies);
            json.writeNumberProperty("firstSequence", firstSequence);
            json.writeNumberProperty("lastSequence", lastSequence);
            json.writeNumberProperty("lastMillis", lastMillis);
            json.writeNumberProperty("rows", rows);
            json.writeNumberProperty("bytes", bytes);
            json.writeBooleanProperty("complete", isComplete);
            json.writeEndObject();
        }
        return text + "\n";
    }

    /**
     * Reads the file beside an export.
     *
     * @throws IOException if it is not there, or not as {@link #write} leaves it
     */
    static ExportMark read(Path export) throws IOException {
        Path file = fileOf(export);
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is too long");
        }
        Map<String, String> fields = fields(Files.readString(file));
        try {
            return new ExportMark(
                    ExportKind.valueOf(field(fields, "kind").toUpperCase(Locale.ROOT)),
                    ExportFormat.valueOf(field(fields, "format").toUpperCase(Locale.ROOT)),
                    Boolean.parseBoolean(field(fields, "bodies")),
                    number(fields, "firstSequence"),
                    number(fields, "lastSequence"),
                    number(fields, "lastMillis"),
                    number(fields, "rows"),
                    number(fields, "bytes"),
                    Boolean.parseBoolean(field(fields, "complete")));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not as an export leaves it: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> fields(String text) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), text)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, String.valueOf(parser.getString()));
            }
            return fields;
        } catch (JacksonException e) {
            throw new IOException("not JSON: " + e.getMessage(), e);
        }
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }

    private static long number(Map<String, String> fields, String name) {
        long value = Long.parseLong(field(fields, name));
        if (value < 0) {
            throw new IllegalArgumentException(name + " is negative");
        }
        return value;
    }
}
