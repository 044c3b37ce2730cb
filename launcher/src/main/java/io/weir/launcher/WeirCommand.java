package io.weir.launcher;

import io.weir.replaytool.AuditCommand;
import io.weir.replaytool.JournalCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The root of the commands; by itself it does nothing, {@link Main} then runs {@code proxy}. */
@Command(
        name = "weir",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeOnInvalidInput = 64,
        header = "Weir: a forward proxy that never loses count.%n",
        description = "%nWithout a command it runs @|bold proxy|@ with the options given.%n",
        subcommands = {
            ProxyCommand.class,
            AuditCommand.class,
            JournalCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  weir                                      proxy on 127.0.0.1:8080, dashboard on 127.0.0.1:9090",
            "  curl -x http://127.0.0.1:8080 https://example.com/",
            "  weir audit                                prove the byte counts, also while the proxy runs"
        })
final class WeirCommand {}
