package io.weir.replaytool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of a Parquet export's files, of which those that begin with {@code _} are no data to whoever reads Parquet. */
final class ParquetNames {
    static final String UNFINISHED = "_part.unfinished";
    static final String LOCK = "_lock";

    private static final Pattern PART = Pattern.compile("part-(\\d{19})-(\\d{19})\\.parquet");

    private ParquetNames() {}

    /** A file that is whole. */
    record Part(Path path, long firstSequence, long lastSequence) {}

    static String part(long firstSequence, long lastSequence) {
        return String.format(Locale.ROOT, "part-%019d-%019d.parquet", firstSequence, lastSequence);
    }

    /** The whole files of an export. */
    static List<Part> in(Path folder) throws IOException {
        List<Part> parts = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(folder)) {
            for (Path each : entries) {
                Matcher name = PART.matcher(each.getFileName().toString());
                if (name.matches()) {
                    parts.add(new Part(each, Long.parseLong(name.group(1)), Long.parseLong(name.group(2))));
                }
            }
        }
        return parts;
    }
}
