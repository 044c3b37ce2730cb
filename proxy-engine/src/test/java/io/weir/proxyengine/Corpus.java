package io.weir.proxyengine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a table of messages from the test resources. A line is a case, its columns are separated by {@code " | "}, the last is the message.
 * In a message {@code \r \n \t \\ \xHH} are bytes, <code>{A}</code> and <code>{P}</code> the origin's authority and port,
 * <code>{P16} {P32} {P64}</code> the port plus a power of two, <code>{rep:N:text}</code> a text many times, and <code>{L}</code> the
 * length of what follows <code>{B}</code>.
 */
final class Corpus {
    private static final Pattern REPEAT = Pattern.compile("\\{rep:(\\d+):([^}]*)}");

    private Corpus() {}

    /** The cases, by group. */
    static Map<String, List<String[]>> read(String name, int columns) {
        var groups = new LinkedHashMap<String, List<String[]>>();
        List<String[]> group = new ArrayList<>();
        try (var reader = new BufferedReader(
                new InputStreamReader(Corpus.class.getResourceAsStream(name), StandardCharsets.US_ASCII))) {
            for (String line; (line = reader.readLine()) != null; ) {
                if (line.startsWith("# ")) {
                    group = new ArrayList<>();
                    groups.put(line.substring(2), group);
                } else {
                    group.add(line.split(" \\| ", columns));
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return groups;
    }

    static List<String[]> group(Map<String, List<String[]>> groups, String name) {
        return Objects.requireNonNull(groups.get(name));
    }

    static byte[] message(String column, int port) {
        String text = unescape(column)
                .replace("{A}", "127.0.0.1:" + port)
                .replace("{P}", Integer.toString(port))
                .replace("{P16}", Integer.toString(port + 65_536))
                .replace("{P32}", Long.toString(port + (1L << 32)))
                .replace(
                        "{P64}",
                        new java.math.BigInteger("18446744073709551616")
                                .add(java.math.BigInteger.valueOf(port))
                                .toString());
        Matcher repeats = REPEAT.matcher(text);
        text = repeats.replaceAll(
                match -> Matcher.quoteReplacement(match.group(2).repeat(Integer.parseInt(match.group(1)))));
        int body = text.indexOf("{B}");
        if (body >= 0) {
            text = text.replace("{B}", "").replace("{L}", Integer.toString(text.length() - body - "{B}".length()));
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String unescape(String text) {
        var plain = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i++);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            char escaped = text.charAt(i++);
            switch (escaped) {
                case 'r' -> plain.append('\r');
                case 'n' -> plain.append('\n');
                case 't' -> plain.append('\t');
                case 'x' -> {
                    plain.append((char) Integer.parseInt(text.substring(i, i + 2), 16));
                    i += 2;
                }
                default -> plain.append(escaped);
            }
        }
        return plain.toString();
    }
}
