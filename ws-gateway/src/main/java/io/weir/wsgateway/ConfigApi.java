package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.wsgateway.ConfigControl.Accepted;
import io.weir.wsgateway.ConfigControl.Failed;
import io.weir.wsgateway.ConfigControl.Outcome;
import io.weir.wsgateway.ConfigControl.Refused;
import io.weir.wsgateway.ConfigControl.State;
import io.weir.wsgateway.ConfigControl.WrongKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;

/**
 * Shows and replaces the node's configuration. Event loop of the gateway; the configuration itself is asked on {@code
 * weir-gateway-config}.
 */
final class ConfigApi {
    /** A longer configuration is refused. */
    static final int MAX_BODY_BYTES = 256 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(ConfigApi.class);

    private final ConfigControl config;
    private final Questions questions;

    ConfigApi(ConfigControl config, Questions questions) {
        this.config = config;
        this.questions = questions;
    }

    /** The configuration with its entity tag. */
    void send(Channel channel) {
        if (isMissing(channel)) {
            return;
        }
        questions.ask(channel, control -> answer(channel, config.state()));
    }

    /** Replaces it, if the request says which one it knows and that is still the one. */
    void replace(Channel channel, HttpRequest request, byte[] body) {
        if (isMissing(channel)) {
            return;
        }
        List<String> tags = request.headers().getAll(HttpHeaderNames.IF_MATCH);
        if (tags.isEmpty()) {
            Replies.refuse(
                    channel,
                    HttpResponseStatus.PRECONDITION_REQUIRED,
                    "If-Match is missing: get /api/config and send its ETag, so that nobody's change is lost");
            return;
        }
        String by = Addresses.client(channel);
        LOG.info("command=replaceConfig by=\"{}\" bytes={}", by, body.length);
        questions.ask(channel, control -> answer(channel, config.replace(body, knows(tags), by)));
    }

    private boolean isMissing(Channel channel) {
        if (config.equals(ConfigControl.NONE)) {
            Replies.refuse(channel, HttpResponseStatus.NOT_FOUND, "this is a replay and has no configuration");
            return true;
        }
        return false;
    }

    /** Strong comparison (RFC 9110 §13.1.1): a weak tag is never the same. */
    private static Predicate<String> knows(List<String> headers) {
        List<String> tags = headers.stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(String::strip)
                .toList();
        return tag -> tags.contains("*") || tags.contains(tag);
    }

    private static Answer answer(Channel channel, Outcome outcome) {
        if (outcome instanceof Accepted accepted) {
            return answer(channel, accepted.state());
        }
        if (outcome instanceof Refused refused) {
            return Answer.of(
                    channel.alloc(),
                    HttpResponseStatus.UNPROCESSABLE_ENTITY,
                    json -> writeFaults(json, refused.faults()));
        }
        if (outcome instanceof Failed failed) {
            return Answer.error(channel.alloc(), HttpResponseStatus.SERVICE_UNAVAILABLE, failed.reason());
        }
        return Answer.error(
                channel.alloc(),
                HttpResponseStatus.PRECONDITION_FAILED,
                "the configuration has been changed meanwhile; get it again");
    }

    private static Answer answer(Channel channel, State state) {
        return Answer.ok(channel.alloc(), json -> write(json, state)).tagged(state.tag());
    }

    private static void write(JsonGenerator json, State state) {
        json.writeNumberProperty("version", state.version());
        json.writeStringProperty("digest", state.digest());
        json.writeStringProperty("file", state.file());
        json.writeArrayPropertyStart("pending");
        state.pending().forEach(json::writeString);
        json.writeEndArray();
        json.writeName("config");
        writeValue(json, state.config());
    }

    private static void writeValue(JsonGenerator json, Object value) {
        if (value instanceof Map<?, ?> group) {
            json.writeStartObject();
            group.forEach((name, inner) -> {
                json.writeName(String.valueOf(name));
                writeValue(json, inner);
            });
            json.writeEndObject();
        } else if (value instanceof List<?> items) {
            json.writeStartArray();
            items.forEach(each -> writeValue(json, each));
            json.writeEndArray();
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (value instanceof Number number) {
            json.writeNumber(number.longValue());
        } else {
            json.writeString(String.valueOf(value));
        }
    }

    private static void writeFaults(JsonGenerator json, List<WrongKey> faults) {
        json.writeStringProperty("error", "the configuration has faults; the old one is in force");
        json.writeArrayPropertyStart("faults");
        for (WrongKey fault : faults) {
            json.writeStartObject();
            json.writeStringProperty("key", fault.key());
            if (fault.line() > 0) {
                json.writeNumberProperty("line", fault.line());
                json.writeNumberProperty("column", fault.column());
            }
            json.writeStringProperty("found", fault.found());
            json.writeStringProperty("problem", fault.problem());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
