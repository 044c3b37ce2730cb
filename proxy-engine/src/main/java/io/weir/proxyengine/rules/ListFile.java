package io.weir.proxyengine.rules;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list. One thread.
 *
 * <pre>
 * line = address name { name }                        a hosts file's: these names, but not what is below them
 *      | name | "." name | "||" name "^"              it and what is below
 *      | "*." name                                    what is below
 *      | address | network
 *      | nothing, each perhaps followed by "#" anything; or "!" or ";" anything
 * </pre>
 *
 * <p>Lists come from others, so a line that is none of these is counted and passed over. A list of which most is such is none.
 */
final class ListFile {
    private static final long BYTES_MAX = 1L << 30;

    private final NameTable.Builder names = new NameTable.Builder();
    private final AddressRanges.Builder networks = new AddressRanges.Builder();
    private long understood;
    private long ignored;
    private boolean isFull;

    private ListFile() {}

    /**
     * Reads.
     *
     * @throws RulesException if it cannot be read, is too large, or is no list
     */
    static LoadedList load(Path file) {
        requireFile(file);
        MessageDigest sha256 = Digests.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
            return new ListFile().read(new TextLines(in), file, sha256);
        } catch (IOException e) {
            throw new RulesException("list " + file + " cannot be read: " + e, e);
        }
    }

    /**
     * Only looks whether it is there, and answers one that is empty.
     *
     * @throws RulesException if it is not
     */
    static LoadedList look(Path file) {
        requireFile(file);
        return new LoadedList(NameTable.EMPTY, AddressRanges.EMPTY, 0, "");
    }

    private static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new RulesException("list " + file + (Files.exists(file) ? " is no file" : " is not there"));
        }
    }

    private LoadedList read(TextLines lines, Path file, MessageDigest sha256) throws IOException {
        for (String line = lines.next(); line != null; line = lines.next()) {
            take(line);
            if (isFull || lines.bytes() > BYTES_MAX) {
                throw new RulesException("list " + file + " is too large: a list has 1 GiB at most");
            }
        }
        if (ignored > understood) {
            throw new RulesException("list " + file + " is no list: " + ignored
                    + " of its lines are neither name nor address, " + understood + " are");
        }
        return new LoadedList(names.build(), networks.build(), ignored, Digests.hex(sha256));
    }

    private void take(String line) {
        int end = end(line);
        int from = skip(line, 0, end);
        if (from == end || line.charAt(from) == '!' || line.charAt(from) == ';') {
            return;
        }
        int to = word(line, from, end);
        int second = skip(line, to, end);
        String first = line.substring(from, to);
        boolean isUnderstood = second == end ? entry(first) : hostsLine(first, line, second, end);
        understood += isUnderstood ? 1 : 0;
        ignored += isUnderstood ? 0 : 1;
    }

    /** Where a comment begins, or the line ends. */
    private static int end(String line) {
        int sign = line.indexOf('#');
        while (sign > 0 && !isSpace(line.charAt(sign - 1))) {
            sign = line.indexOf('#', sign + 1);
        }
        return sign < 0 ? line.length() : sign;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\u00a0';
    }

    private static int skip(String line, int from, int end) {
        int at = from;
        while (at < end && isSpace(line.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int word(String line, int from, int end) {
        int at = from;
        while (at < end && !isSpace(line.charAt(at))) {
            at++;
        }
        return at;
    }

    private boolean entry(String text) {
        char last = text.charAt(text.length() - 1);
        boolean mayBeAddress = (last >= '0' && last <= '9') || text.indexOf(':') >= 0;
        if (mayBeAddress && networks.add(text) == null) {
            return true;
        }
        if (text.startsWith("||") && last == '^') {
            return name(text.substring(2, text.length() - 1), true, true);
        }
        boolean isBelow = text.startsWith("*.");
        return name(text.substring(isBelow ? 2 : text.startsWith(".") ? 1 : 0), !isBelow, true);
    }

    private boolean hostsLine(String address, String line, int second, int end) {
        String bare = address.indexOf('%') < 0 ? address : address.substring(0, address.indexOf('%')); // fe80::1%lo0
        if (NetUtil.createInetAddressFromIpAddressString(bare) == null) {
            return false;
        }
        boolean all = true;
        for (int at = second; at < end; ) {
            int to = word(line, at, end);
            String name = line.substring(at, to);
            boolean isOwn = name.indexOf('.') < 0 // localhost, broadcasthost, this machine
                    || name.equals("localhost.localdomain")
                    || NetUtil.createInetAddressFromIpAddressString(name) != null;
            all &= isOwn || name(name, true, false);
            at = skip(line, to, end);
        }
        return all;
    }

    private boolean name(String text, boolean itself, boolean below) {
        @Nullable String name = HostName.name(text);
        if (name == null) {
            return false;
        }
        isFull |= !names.add(name, itself, below);
        return true;
    }
}
