package io.weir.launcher;

import io.weir.proxyengine.tls.CertificateAuthority;
import io.weir.proxyengine.tls.TlsException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands about the CA have in common: where it is, and how they fail. The caller's thread. */
final class CaAccess {
    static final int DONE = 0;
    static final int UNUSABLE = 2;
    static final int USAGE = 64;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = "./data",
            description = "The data folder of the proxy, which holds the CA in ca/.")
    private Path data = Path.of("data");

    /** Does something with the CA, which is made if there is none. Answers the exit status. */
    int with(ToIntFunction<CertificateAuthority> action) {
        try {
            return action.applyAsInt(
                    CertificateAuthority.loadOrCreate(DataFolder.open(data).ca()));
        } catch (TlsException | NodeException e) {
            return refuse(String.valueOf(e.getMessage()));
        }
    }

    /** Says in one line why it can't be done. Answers the exit status. */
    int refuse(String reason) {
        PrintWriter errors = spec().commandLine().getErr();
        errors.println(spec().qualifiedName() + ": " + reason);
        errors.flush();
        return UNUSABLE;
    }

    /** Where the certificate is, or will be. */
    Path certificateFile() {
        return data.toAbsolutePath().normalize().resolve("ca").resolve("weir-ca.pem");
    }

    PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private CommandSpec spec() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        return spec;
    }
}
