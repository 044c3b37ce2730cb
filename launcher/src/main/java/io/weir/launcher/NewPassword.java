package io.weir.launcher;

import io.weir.proxyengine.access.AccessException;
import io.weir.proxyengine.access.HashAlgorithm;
import io.weir.proxyengine.access.UsersEditor;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine.Option;

/** Where a new password comes from, and how it is kept: typed twice on the terminal without echo, or the first line of stdin. The caller's thread. */
final class NewPassword {
    private static final int BYTES_MAX = 1024;

    @Option(
            names = "--password-stdin",
            description = "Read the password from stdin, its first line, instead of the terminal.")
    private boolean fromStdin;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            defaultValue = "bcrypt",
            description = "How the password is kept: bcrypt or argon2id.")
    private HashAlgorithm algorithm = HashAlgorithm.BCRYPT;

    /** Puts the user with a new password into the file. Answers the exit status. */
    int put(UserFile file, UsersEditor editor, String name) {
        try {
            editor.put(name, read(), algorithm);
        } catch (IOException | AccessException e) {
            return file.refuse(UserFile.USAGE, String.valueOf(e.getMessage()));
        }
        editor.save();
        return file.checked(editor);
    }

    private String read() throws IOException {
        return fromStdin ? firstLine(System.in) : typed();
    }

    @SuppressWarnings("SystemConsoleNull") // it is null before JDK 22
    private static String typed() throws IOException {
        Console console = System.console();
        if (console == null || !isTerminal(console)) {
            throw new IOException("there is no terminal to ask for the password: pass it with --password-stdin");
        }
        char[] first = console.readPassword("Password: ");
        char[] second = first == null ? null : console.readPassword("The same again: ");
        if (first == null || second == null) {
            throw new IOException("no password was given");
        }
        if (!Arrays.equals(first, second)) {
            throw new IOException("the two passwords differ");
        }
        return new String(first);
    }

    /** From JDK 22 on there is a console also where there is no terminal, and it would echo. */
    private static boolean isTerminal(Console console) {
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException older) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static String firstLine(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) >= 0 && next != '\n') {
            if (line.size() > BYTES_MAX) {
                throw new IOException("a password has 1 to " + BYTES_MAX + " bytes");
            }
            line.write(next);
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("the password is not UTF-8", e);
        }
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
