package io.weir.wsgateway;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes readers of JSON that somebody else wrote: depth, length and numbers are limited, and a key that is there twice is a fault. */
final class StrictJson {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NUMBER_CHARS = 32;

    private StrictJson() {}

    /** The object that a body is. */
    static JsonNode object(JsonMapper mapper, byte[] body) throws BadQuestionException {
        JsonNode read;
        try {
            read = mapper.readTree(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new BadQuestionException("the body is not UTF-8");
        } catch (JacksonException e) {
            throw new BadQuestionException("not JSON that is read here: " + e.getOriginalMessage());
        }
        if (!read.isObject()) {
            throw new BadQuestionException("the body is not a JSON object");
        }
        return read;
    }

    static JsonMapper reader(int maxChars) {
        StreamReadConstraints limits = StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxNumberLength(MAX_NUMBER_CHARS)
                .maxDocumentLength(maxChars)
                .maxStringLength(maxChars)
                .maxNameLength(maxChars)
                .build();
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(limits)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .build();
    }
}
