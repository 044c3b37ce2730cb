package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * A status and the JSON that goes with it. Whoever has it sends or releases the body.
 *
 * @param body one JSON object
 * @param tag entity tag of what it shows, in quotes; empty if it has none
 */
record Answer(HttpResponseStatus status, ByteBuf body, String tag) {
    private static final int EXPECTED_BYTES = 1024;

    /** One without an entity tag. */
    Answer(HttpResponseStatus status, ByteBuf body) {
        this(status, body, "");
    }

    static Answer of(ByteBufAllocator allocator, HttpResponseStatus status, Json.Fields fields) {
        return new Answer(status, Json.object(allocator, EXPECTED_BYTES, fields));
    }

    /** The same with an entity tag; takes over the reference. */
    Answer tagged(String entityTag) {
        return new Answer(status, body, entityTag);
    }

    static Answer ok(ByteBufAllocator allocator, Json.Fields fields) {
        return of(allocator, HttpResponseStatus.OK, fields);
    }

    /** A failure, with what went wrong for people. */
    static Answer error(ByteBufAllocator allocator, HttpResponseStatus status, String message) {
        return of(allocator, status, json -> json.writeStringProperty("error", message));
    }
}
