package io.weir.proxyengine.access;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A name and a password as a client states them, well-formed and not checked: UTF-8, no control characters, no colon in the name (RFC 7617 §2). Kept no
 * longer than the check takes. Immutable.
 */
public final class Credentials {
    private static final int NAME_BYTES_MAX = 255;
    private static final int PASSWORD_BYTES_MAX = 1024;
    private static final String BASIC = "Basic ";
    private static final int VALUE_MAX = 2048;

    private final byte[] bytes; // name, colon, password
    private final int nameBytes;
    private final String name;

    private Credentials(byte[] bytes, int nameBytes, String name) {
        this.bytes = bytes;
        this.nameBytes = nameBytes;
        this.name = name;
    }

    /** Reads the value of a {@code Proxy-Authorization} field; null if it is none that can be right. */
    public static @Nullable Credentials ofBasic(String value) {
        if (value.length() > VALUE_MAX || !value.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(value.substring(BASIC.length()).strip());
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
        int colon = 0;
        while (colon < bytes.length && bytes[colon] != ':') {
            colon++;
        }
        return colon == bytes.length ? null : of(bytes, colon);
    }

    /** Of a name and a password that came apart; null if they can't be right. */
    public static @Nullable Credentials of(byte[] name, byte[] password) {
        byte[] bytes = Arrays.copyOf(name, name.length + 1 + password.length);
        bytes[name.length] = ':';
        System.arraycopy(password, 0, bytes, name.length + 1, password.length);
        for (byte each : name) {
            if (each == ':') {
                return null;
            }
        }
        return of(bytes, name.length);
    }

    private static @Nullable Credentials of(byte[] bytes, int nameBytes) {
        boolean fits = nameBytes > 0
                && nameBytes <= NAME_BYTES_MAX
                && bytes.length - nameBytes - 1 <= PASSWORD_BYTES_MAX
                && isText(bytes);
        return fits ? new Credentials(bytes, nameBytes, new String(bytes, 0, nameBytes, StandardCharsets.UTF_8)) : null;
    }

    /** Whether it is UTF-8 without control characters, those of Unicode included, which could write over a terminal. */
    static boolean isText(byte[] bytes) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return text.chars().noneMatch(Character::isISOControl);
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Who the client says it is. */
    public String name() {
        return name;
    }

    byte[] password() {
        return Arrays.copyOfRange(bytes, nameBytes + 1, bytes.length);
    }

    /** Both, in one: no other name and password have the same. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return "credentials of " + name;
    }
}
