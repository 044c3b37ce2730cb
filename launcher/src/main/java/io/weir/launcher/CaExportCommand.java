package io.weir.launcher;

import io.weir.proxyengine.tls.CertificateAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir ca export}: writes the certificate, never the key, to a file or the standard output. The caller's thread. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Writes the CA's certificate, without its key; makes the CA if there is none.",
        exitCodeOnInvalidInput = CaAccess.USAGE,
        exitCodeOnExecutionException = CaAccess.UNUSABLE)
final class CaExportCommand implements Callable<Integer> {
    @Mixin
    private CaAccess ca = new CaAccess();

    @Option(names = "--der", description = "Write DER, which Windows and Android want, instead of PEM.")
    private boolean der;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to FILE instead of the standard output.")
    private @Nullable Path output;

    @Override
    public Integer call() {
        return ca.with(this::write);
    }

    private int write(CertificateAuthority authority) {
        Path file = output;
        if (file != null) {
            byte[] content = der ? authority.der() : authority.pem().getBytes(StandardCharsets.US_ASCII);
            try {
                Files.write(file, content);
            } catch (IOException e) {
                return ca.refuse("the certificate can't be written to " + file + ": " + e);
            }
        } else if (der) {
            byte[] content = authority.der();
            System.out.write(content, 0, content.length); // bytes, for which a writer is no place
            System.out.flush();
        } else {
            ca.out().print(authority.pem());
            ca.out().flush();
        }
        return CaAccess.DONE;
    }
}
