package io.weir.proxyengine;

import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import java.util.List;

/**
 * The fields of one message as they may be written down. Immutable.
 *
 * @param kept without secrets
 * @param leftOut how many more there were
 */
record RecordedFields(List<Field> kept, int leftOut) {
    static final RecordedFields NONE = new RecordedFields(List.of(), 0);

    RecordedFields {
        kept = List.copyOf(kept);
    }

    MessageFacts facts(long bodyBytes, String bodySha256, String bodyNote) {
        return new MessageFacts(kept, leftOut, bodyBytes, bodySha256, bodyNote);
    }
}
