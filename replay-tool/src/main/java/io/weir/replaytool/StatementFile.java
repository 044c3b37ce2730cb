package io.weir.replaytool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads a statement in either form. One thread. Whatever the bytes are, it reads a bounded number of them and answers with a statement that has
 * every field in the right form, or says what is wrong.
 *
 * <p>Of the text every byte counts. Of the JSON all does but what JSON has no meaning for: blanks between tokens, the order of the members, and how a
 * character of a string is escaped.
 */
final class StatementFile {
    /** Room for the longest names, each character as an escape. */
    static final int MAX_BYTES = 256 * 1024;

    private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{128}");

    private StatementFile() {}

    /** Reads a file, or the standard input if it is {@code -}. */
    static SignedStatement read(String file, InputStream standardInput) throws StatementException {
        try {
            if (file.equals("-")) {
                return parse(bounded(standardInput));
            }
            Path path = Path.of(file);
            if (Files.isDirectory(path)) {
                throw StatementException.unreadable("is a folder");
            }
            try (InputStream in = Files.newInputStream(path)) {
                return parse(bounded(in));
            }
        } catch (NoSuchFileException e) {
            throw StatementException.unreadable("is not there");
        } catch (AccessDeniedException e) {
            throw StatementException.unreadable("may not be read");
        } catch (IOException | IllegalArgumentException e) {
            throw StatementException.unreadable("can't be read: " + e.getMessage());
        }
    }

    private static byte[] bounded(InputStream in) throws IOException, StatementException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw StatementException.unreadable("is no statement: it has more than " + MAX_BYTES + " bytes");
        }
        return bytes;
    }

    /** Reads a statement of all these bytes. */
    static SignedStatement parse(byte[] bytes) throws StatementException {
        String ascii = new String(bytes, StandardCharsets.ISO_8859_1);
        if (!ascii.contains(StatementField.VERSION.label()) && !ascii.contains(SignedStatement.SIGNATURE)) {
            throw StatementException.unreadable("is no statement: weirStatement is not in it");
        }
        return ascii.stripLeading().startsWith("{") ? ofJson(bytes) : ofText(ascii);
    }

    private static SignedStatement ofText(String text) throws StatementException {
        String[] lines = text.split("\n", -1);
        StatementField[] fields = StatementField.values();
        refuseNewer(lines[0], lines.length != fields.length + 2);
        Map<StatementField, String> values = new EnumMap<>(StatementField.class);
        for (int i = 0; i < fields.length; i++) {
            String written = after(fields[i].label(), lines, i);
            boolean isNone = fields[i].isOptional() && written.equals("-");
            if (!isNone) {
                values.put(fields[i], valueOf(fields[i], written));
            }
        }
        String signature = after(SignedStatement.SIGNATURE, lines, fields.length);
        SignedStatement statement = checked(values, signature.equals("-") ? "" : signature);
        if (!statement.text().equals(text)) {
            throw StatementException.changed("was changed: something precedes or follows what weir statement writes");
        }
        return statement;
    }

    private static void refuseNewer(String firstLine, boolean hasOtherFields) throws StatementException {
        String begin = SignedStatement.begin(StatementField.VERSION.label());
        if (hasOtherFields && firstLine.startsWith(begin)) {
            refuseNewer(firstLine.substring(begin.length()));
        }
    }

    private static void refuseNewer(String version) throws StatementException {
        if (StatementField.Kind.NUMBER.takes(version) && !version.equals(SignedStatement.VERSION)) {
            throw StatementException.unreadable("is a statement of version " + version + ", this reads version "
                    + SignedStatement.VERSION + ": use the version of Weir that made it");
        }
    }

    private static String after(String label, String[] lines, int i) throws StatementException {
        String begin = SignedStatement.begin(label);
        if (i >= lines.length || !lines[i].startsWith(begin)) {
            throw StatementException.changed("was changed: line " + (i + 1) + " is not " + label);
        }
        return lines[i].substring(begin.length());
    }

    private static String valueOf(StatementField field, String written) throws StatementException {
        if (field.kind() != StatementField.Kind.TEXT) {
            return written;
        }
        Optional<String> text = StatementJson.string(written);
        return text.filter(each -> SignedStatement.quoted(each).equals(written)).orElseThrow(() -> notAsWritten(field));
    }

    private static SignedStatement ofJson(byte[] bytes) throws StatementException {
        Map<String, String> members;
        try {
            members = StatementJson.members(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw StatementException.changed("was changed: it is not UTF-8");
        }
        Map<StatementField, String> values = new EnumMap<>(StatementField.class);
        for (StatementField field : StatementField.values()) {
            String value = members.remove(StatementJson.key(field));
            boolean isNone = field.isOptional() && members.remove(StatementJson.nullKey(field.label())) != null;
            if (value != null) {
                values.put(field, value);
            } else if (!isNone) {
                refuseNewer(values.getOrDefault(StatementField.VERSION, ""));
                throw StatementException.changed(
                        "was changed: " + field.label() + " is missing, or is not of the right type");
            }
        }
        String signature = members.remove(StatementJson.stringKey(SignedStatement.SIGNATURE));
        boolean isUnsigned = members.remove(StatementJson.nullKey(SignedStatement.SIGNATURE)) != null;
        if (!members.isEmpty()) {
            refuseNewer(values.getOrDefault(StatementField.VERSION, ""));
            throw StatementException.changed("was changed: it has a member that weir statement does not write");
        }
        if (signature == null && !isUnsigned) {
            throw StatementException.changed("was changed: the signature is missing");
        }
        return checked(values, signature == null ? "" : signature);
    }

    private static SignedStatement checked(Map<StatementField, String> values, String signature)
            throws StatementException {
        for (Map.Entry<StatementField, String> each : values.entrySet()) {
            if (!each.getKey().kind().takes(each.getValue())) {
                throw notAsWritten(each.getKey());
            }
        }
        SignedStatement statement = new SignedStatement(values, signature);
        if (!statement.value(StatementField.VERSION).equals(SignedStatement.VERSION)) {
            throw notAsWritten(StatementField.VERSION); // a later version has other fields
        }
        String status = signature.isEmpty() ? SignedStatement.UNSIGNED : SignedStatement.SIGNED;
        if (!statement.value(StatementField.STATUS).equals(status)) {
            throw notAsWritten(StatementField.STATUS);
        }
        if (!signature.isEmpty() && !SIGNATURE.matcher(signature).matches()) {
            throw StatementException.changed("was changed: the signature is not 128 hex digits");
        }
        requireSubject(statement);
        return statement;
    }

    private static void requireSubject(SignedStatement statement) throws StatementException {
        Optional<Subject.Named.Kind> kind = Subject.Named.Kind.of(statement.value(StatementField.SUBJECT));
        if (kind.isEmpty()) {
            throw notAsWritten(StatementField.SUBJECT);
        }
        boolean isId = StatementField.Kind.NUMBER.takes(statement.value(StatementField.NAME));
        if (kind.get() == Subject.Named.Kind.SESSION && !isId) {
            throw notAsWritten(StatementField.NAME);
        }
    }

    private static StatementException notAsWritten(StatementField field) {
        return StatementException.changed(
                "was changed: " + field.label() + " has a value that weir statement does not write");
    }
}
