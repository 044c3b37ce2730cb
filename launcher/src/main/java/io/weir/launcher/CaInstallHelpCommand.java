package io.weir.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir ca install-help}: prints how clients are made to trust the CA, with the real path filled in. The caller's thread. */
@Command(
        name = "install-help",
        mixinStandardHelpOptions = true,
        description = "Prints how to have browsers, systems and languages trust the CA.",
        exitCodeOnInvalidInput = CaAccess.USAGE,
        exitCodeOnExecutionException = CaAccess.UNUSABLE)
final class CaInstallHelpCommand implements Callable<Integer> {
    @Mixin
    private CaAccess ca = new CaAccess();

    @Override
    public Integer call() {
        String path = ca.certificateFile().toString();
        String quoted = path.matches("[\\w@%+=:,./-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
        ca.out().print(text().replace("{ca}", quoted));
        ca.out().flush();
        return CaAccess.DONE;
    }

    private static String text() {
        try (InputStream text = CaInstallHelpCommand.class.getResourceAsStream("ca-install-help.txt")) {
            if (text == null) {
                throw new IllegalStateException("the help is not in the jar");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new NodeException("the help can't be read from the jar: " + e, e);
        }
    }
}
