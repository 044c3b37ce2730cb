package io.weir.proxyengine.access;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The users file: what it may look like, and its reading. Stateless.
 *
 * <pre>
 * line = name ":" hash | "#" anything | nothing     name: UTF-8, 1 to 255 bytes, no colon, no control characters
 * </pre>
 */
final class UsersFile {
    /** More than ten thousand users need. */
    static final int BYTES_MAX = 2 << 20;

    private static final int USERS_MAX = 10_000;
    private static final int FAULTS_SHOWN = 20;
    private static final int NAME_BYTES_MAX = 255;

    private UsersFile() {}

    /**
     * Reads.
     *
     * @throws AccessException naming all faults with their lines
     */
    static Map<String, PasswordHash> read(Path file) {
        String text = text(file);
        Map<String, PasswordHash> users = new LinkedHashMap<>();
        List<String> faults = new ArrayList<>();
        Set<String> refused = new TreeSet<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            try {
                take(line, users, refused);
            } catch (AccessException e) {
                faults.add("line " + number + ": " + e.getMessage());
            }
        }
        if (users.size() > USERS_MAX) {
            faults.add("more than " + USERS_MAX + " users");
        }
        if (!faults.isEmpty()) {
            throw new AccessException("users file " + file + ": " + shown(faults));
        }
        return users;
    }

    private static String shown(List<String> faults) {
        String some = String.join("; ", faults.subList(0, Math.min(FAULTS_SHOWN, faults.size())));
        int more = faults.size() - FAULTS_SHOWN;
        return more > 0 ? some + "; and " + more + " more faults" : some;
    }

    private static void take(String line, Map<String, PasswordHash> users, Set<String> refused) {
        String name = name(line);
        if (name.isEmpty()) {
            return;
        }
        checkName(name);
        if (users.containsKey(name) || refused.contains(name)) {
            throw new AccessException(name + " is there twice");
        }
        try {
            users.put(name, PasswordHash.parse(hash(line)));
        } catch (AccessException e) {
            refused.add(name);
            throw new AccessException(name + ": " + e.getMessage(), e);
        }
    }

    /** Whose line it is; empty if it is nobody's. */
    static String name(String line) {
        String content = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
        if (content.isBlank() || content.startsWith("#")) {
            return "";
        }
        int colon = content.indexOf(':');
        if (colon <= 0) {
            throw new AccessException("not name:hash");
        }
        return content.substring(0, colon);
    }

    static String hash(String line) {
        return line.substring(line.indexOf(':') + 1).stripTrailing();
    }

    /**
     * Checks what a user is to be called.
     *
     * @throws AccessException if that is not possible
     */
    static void checkName(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > NAME_BYTES_MAX) {
            throw new AccessException("a user's name has 1 to " + NAME_BYTES_MAX + " bytes, not " + bytes.length);
        }
        if (name.indexOf(':') >= 0
                || name.startsWith("#")
                || !name.strip().equals(name)
                || !Credentials.isText(bytes)) {
            throw new AccessException(
                    "a user's name has no colon, no control characters, no space at its ends, and no # before it");
        }
    }

    /** All of it; nothing that is not a regular file, which could make a reader wait. */
    static String text(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new AccessException(
                        "users file " + file + (Files.exists(file) ? " is no file" : " is not there"));
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(BYTES_MAX + 1);
            }
            if (bytes.length > BYTES_MAX) {
                throw new AccessException("users file " + file + " has more than " + BYTES_MAX + " bytes");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new AccessException("users file " + file + " is not UTF-8", e);
        } catch (IOException e) {
            throw new AccessException("users file " + file + " cannot be read: " + e, e);
        }
    }
}
