package io.weir.replaytool.traffic;

import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares answers with recorded ones. Immutable, any thread. */
final class Comparison {
    private final Set<String> ignored;

    /** @param ignored names of fields, in lower case */
    Comparison(Set<String> ignored) {
        this.ignored = ignored;
    }

    List<Difference> differences(Recording recording, HttpResponse<Answer> response) {
        List<Difference> all = new ArrayList<>();
        ExchangeCompleted it = recording.exchange();
        if (it.status() != response.statusCode()) {
            all.add(new Difference(
                    "status", "", Integer.toString(it.status()), Integer.toString(response.statusCode())));
        }
        fields(all, it.response(), response.headers());
        body(all, it, response.body());
        return all;
    }

    private void fields(List<Difference> all, MessageFacts recorded, HttpHeaders found) {
        Map<String, List<String>> before = new TreeMap<>();
        Set<String> replaced = new TreeSet<>();
        for (Field field : recorded.fields()) {
            String name = field.name().toLowerCase(Locale.ROOT);
            before.computeIfAbsent(name, each -> new ArrayList<>()).add(field.value());
            if (Recording.isReplaced(field.value())) {
                replaced.add(name);
            }
        }
        Set<String> names = new TreeSet<>(before.keySet());
        boolean isAllRecorded = recorded.fieldsLeftOut() == 0;
        if (isAllRecorded) {
            found.map().keySet().forEach(each -> names.add(each.toLowerCase(Locale.ROOT)));
        }
        for (String name : names) {
            if (name.startsWith(":") || ignored.contains(name) || replaced.contains(name)) {
                continue;
            }
            List<String> was = before.getOrDefault(name, List.of());
            List<String> is = found.allValues(name);
            if (!was.equals(is)) {
                all.add(new Difference("field", name, String.join(", ", was), String.join(", ", is)));
            }
        }
    }

    private static void body(List<Difference> all, ExchangeCompleted it, Answer found) {
        MessageFacts recorded = it.response();
        boolean isHashed = !recorded.bodySha256().isEmpty();
        boolean isSame = isHashed
                ? recorded.bodySha256().equals(found.sha256())
                : recorded.bodyBytes() == found.bytes() || !it.error().isEmpty();
        if (!isSame) {
            all.add(new Difference(
                    "body",
                    "",
                    text(recorded.bodyBytes(), recorded.bodySha256()),
                    text(found.bytes(), isHashed ? found.sha256() : "")));
        }
    }

    private static String text(long bytes, String sha256) {
        return bytes + " bytes" + (sha256.isEmpty() ? "" : " " + sha256);
    }
}
