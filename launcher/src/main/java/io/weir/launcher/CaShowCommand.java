package io.weir.launcher;

import io.weir.proxyengine.tls.CertificateAuthority;
import java.io.PrintWriter;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir ca show}: prints what people compare and need to know of the CA. The caller's thread. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Prints the CA's name, validity, fingerprint and files; makes the CA if there is none.",
        exitCodeOnInvalidInput = CaAccess.USAGE,
        exitCodeOnExecutionException = CaAccess.UNUSABLE)
final class CaShowCommand implements Callable<Integer> {
    @Mixin
    private CaAccess ca = new CaAccess();

    @Override
    public Integer call() {
        return ca.with(this::print);
    }

    private int print(CertificateAuthority authority) {
        X509Certificate certificate = authority.certificate();
        Instant end = certificate.getNotAfter().toInstant();
        PrintWriter out = ca.out();
        out.println("subject      " + certificate.getSubjectX500Principal().getName());
        out.println("valid        from " + certificate.getNotBefore().toInstant());
        out.println("             until " + end + " (" + Instant.now().until(end, ChronoUnit.DAYS) + " days left)");
        out.println("SHA-256      " + authority.fingerprint());
        out.println("certificate  " + authority.certificateFile());
        out.println(
                "key          " + authority.certificateFile().resolveSibling("weir-ca.key") + " (never give it away)");
        out.println();
        out.println("How to have clients trust it: weir ca install-help");
        out.flush();
        return CaAccess.DONE;
    }
}
