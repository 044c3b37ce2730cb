package io.weir.replaytool;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import java.util.List;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.apache.parquet.schema.Types.MessageTypeBuilder;

/**
 * The columns of Parquet exports, named as those of the CSV. Bytes and ids are 64-bit integers, times timestamps in ms of UTC, texts
 * UTF-8. What a row has not is null.
 */
final class ParquetSchema {
    private static final List<String> COUNTS =
            List.of("up", "down", "overheadUp", "overheadDown", "originUp", "originDown");

    private ParquetSchema() {}

    static MessageType of(ExportKind kind) {
        return switch (kind) {
            case SESSIONS -> sessions();
            case EVENTS -> events();
            case EXCHANGES -> throw new IllegalArgumentException("no columns for " + kind);
        };
    }

    private static MessageType sessions() {
        MessageTypeBuilder columns = Types.buildMessage();
        for (String each : List.of("sequence", "id", "parentId")) {
            columns.required(INT64).named(each);
        }
        for (String each : List.of("protocol", "method", "host", "url", "remote", "user", "originAddress")) {
            columns.required(BINARY).as(stringType()).named(each);
        }
        for (String each : List.of("openedAt", "closedAt")) {
            columns.required(INT64).as(timestampType(true, TimeUnit.MILLIS)).named(each);
        }
        columns.required(BINARY).as(stringType()).named("reason");
        columns.required(INT32).named("status");
        for (String each : COUNTS) {
            columns.required(INT64).named(each);
        }
        return columns.named("session");
    }

    private static MessageType events() {
        MessageTypeBuilder columns = Types.buildMessage();
        columns.required(INT64).named("sequence");
        columns.required(INT64).as(timestampType(true, TimeUnit.MILLIS)).named("time");
        columns.required(BINARY).as(stringType()).named("kind");
        columns.optional(INT64).named("sessionId");
        for (String each : COUNTS) {
            columns.optional(INT64).named(each);
        }
        columns.optional(BINARY).as(stringType()).named("fields");
        return columns.named("event");
    }
}
