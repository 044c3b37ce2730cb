package io.weir.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of a Weir at one moment. Immutable. Sizes in bytes.
 *
 * @param liveHeap after a collection of everything; -1 if there was none for this sample
 * @param heap after the last collection of the young
 * @param open sessions
 */
record SoakSample(
        double atSeconds,
        long liveHeap,
        long heap,
        long direct,
        long resident,
        long files,
        long pipes,
        long threads,
        long journal,
        long sessions,
        long open) {
    Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("atSeconds", atSeconds);
        map.put("liveHeap", liveHeap);
        map.put("heap", heap);
        map.put("direct", direct);
        map.put("rss", resident);
        map.put("files", files);
        map.put("pipes", pipes);
        map.put("threads", threads);
        map.put("journal", journal);
        map.put("sessions", sessions);
        map.put("open", open);
        return map;
    }
}
