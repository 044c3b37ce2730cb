package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Makes the recorded fields of one message after the other of a connection, of which most have the fields of the one before: what was found of a field then is found
 * again by comparing. Event loop of the connection; remembers one message.
 */
final class FieldMemory {
    private static final int REMEMBERED_MAX = 64;
    private static final int REMEMBERED_CHARS = 512;

    private final List<CharSequence> names = new ArrayList<>();
    private final List<CharSequence> values = new ArrayList<>();
    private final List<Field> fields = new ArrayList<>();

    RecordedFields of(Redaction redaction, HttpHeaders headers) {
        List<Field> kept = new ArrayList<>(headers.size());
        int left = MessageFacts.FIELDS_CHARS;
        int leftOut = 0;
        int at = 0;
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> each = all.next();
            if (leftOut > 0) {
                leftOut++;
                continue;
            }
            Field field = field(redaction, at++, each.getKey(), each.getValue());
            left -= field.name().length() + field.value().length();
            if (left < 0) {
                leftOut++;
            } else {
                kept.add(field);
            }
        }
        return new RecordedFields(kept, leftOut);
    }

    private Field field(Redaction redaction, int at, CharSequence name, CharSequence value) {
        if (at < names.size() && isSame(names.get(at), name) && isSame(values.get(at), value)) {
            return fields.get(at);
        }
        Field field = redaction.field(name.toString(), value.toString());
        if (at < REMEMBERED_MAX && value.length() <= REMEMBERED_CHARS) {
            remember(at, name, value, field);
        } else {
            forget(at);
        }
        return field;
    }

    private void remember(int at, CharSequence name, CharSequence value, Field field) {
        if (at < names.size()) {
            names.set(at, name);
            values.set(at, value);
            fields.set(at, field);
        } else if (at == names.size()) {
            names.add(name);
            values.add(value);
            fields.add(field);
        }
    }

    private void forget(int at) {
        if (at < names.size()) {
            names.subList(at, names.size()).clear();
            values.subList(at, values.size()).clear();
            fields.subList(at, fields.size()).clear();
        }
    }

    private static boolean isSame(CharSequence a, CharSequence b) {
        return a instanceof String text ? text.contentEquals(b) : AsciiString.contentEquals(a, b);
    }
}
