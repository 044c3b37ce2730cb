package io.weir.launcher;

import io.weir.launcher.config.ConfigException;
import io.weir.launcher.config.ConfigFile;
import io.weir.launcher.config.Configuration;
import io.weir.launcher.config.Keys;
import io.weir.launcher.config.SchemaDocument;
import io.weir.launcher.config.Settings;
import io.weir.launcher.config.Settings.Difference;
import io.weir.launcher.config.YamlText;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code weir config}: makes, checks and shows configuration files; touches no node. The caller's thread. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Makes, checks and shows configuration files.",
        exitCodeOnInvalidInput = ConfigCommand.USAGE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done, no fault, no difference",
            "1:the file has faults, or two files differ",
            "2:a file cannot be read or written",
            "64:wrong usage"
        })
final class ConfigCommand implements Runnable {
    static final int USAGE = 64;

    private static final int DONE = 0;
    private static final int FAULTY = 1;
    private static final int UNREADABLE = 2;
    private static final String FILE = "FILE";
    private static final String DATA = "--data";
    private static final String DATA_FILE = "Default: weir.yaml in the data folder.";

    @Spec
    private @Nullable CommandSpec command;

    private ConfigCommand() {}

    static CommandLine command() {
        return new CommandLine(new ConfigCommand());
    }

    /** Does something with files. Answers the exit status, and says in the words of the fault what went wrong. */
    private int with(IntSupplier action) {
        try {
            int status = action.getAsInt();
            out().flush();
            return status;
        } catch (ConfigException e) {
            err().println(e.getMessage());
            err().flush();
            return e.faults().isEmpty() ? UNREADABLE : FAULTY;
        } catch (NodeException e) {
            err().println(e.getMessage());
            err().flush();
            return UNREADABLE;
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec().commandLine(), "say which: init, check, print, diff or schema");
    }

    @Command(
            name = "init",
            description = "Writes an example with every key and its default.",
            mixinStandardHelpOptions = true,
            exitCodeOnInvalidInput = USAGE)
    int init(
            @Parameters(arity = "0..1", paramLabel = FILE, description = "Where to write it. " + DATA_FILE) @Nullable Path file,
            @Option(names = DATA, paramLabel = "FOLDER", defaultValue = "./data", description = "The data folder.")
                    Path data,
            @Option(names = "--force", description = "Write it although there is a file.") boolean force) {
        return with(() -> {
            Path target = file == null ? DataFolder.open(data).path().resolve(ConfigFile.NAME) : file;
            if (!force && Files.exists(target)) {
                err().println("weir config init: there is " + target + " already; --force replaces it");
                err().flush();
                return FAULTY;
            }
            ConfigFile.named(target).write(YamlText.example().getBytes(StandardCharsets.UTF_8));
            out().println("wrote " + target);
            return DONE;
        });
    }

    @Command(
            name = "check",
            description = "Says all that is wrong with a file.",
            mixinStandardHelpOptions = true,
            exitCodeOnInvalidInput = USAGE)
    int check(
            @Parameters(arity = "0..1", paramLabel = FILE, description = DATA_FILE) @Nullable Path file,
            @Option(names = DATA, paramLabel = "FOLDER", defaultValue = "./data", description = "The data folder.")
                    Path data) {
        return with(() -> {
            Path checked = fileOf(file, data);
            read(checked);
            out().println(checked + ": no faults");
            return DONE;
        });
    }

    @Command(
            name = "print",
            description = "Shows every key with what a file and the defaults give it; secrets are not shown.",
            mixinStandardHelpOptions = true,
            exitCodeOnInvalidInput = USAGE)
    int print(
            @Parameters(arity = "0..1", paramLabel = FILE, description = DATA_FILE) @Nullable Path file,
            @Option(names = DATA, paramLabel = "FOLDER", defaultValue = "./data", description = "The data folder.")
                    Path data,
            @Option(names = "--json", description = "As JSON.") boolean asJson) {
        return with(() -> {
            ConfigFile shown = file == null ? ConfigFile.inData(data) : ConfigFile.named(file); // none: the defaults
            Settings settings = Configuration.load(shown, Map.of()).settings();
            out().print(asJson ? json(settings.tree()) : YamlText.of(settings));
            return DONE;
        });
    }

    @Command(
            name = "diff",
            description = "Shows the keys that two files give different values, defaults included.",
            mixinStandardHelpOptions = true,
            exitCodeOnInvalidInput = USAGE)
    int diff(
            @Parameters(index = "0", paramLabel = "A") Path before,
            @Parameters(index = "1", paramLabel = "B") Path after) {
        return with(() -> {
            List<Difference> differences = read(before).differences(read(after));
            differences.forEach(each -> out().println(each));
            return differences.isEmpty() ? DONE : FAULTY;
        });
    }

    @Command(
            name = "schema",
            description = "Prints a JSON Schema (2020-12) of the file, for editors.",
            mixinStandardHelpOptions = true,
            exitCodeOnInvalidInput = USAGE)
    int schema() {
        out().print(json(SchemaDocument.of(Keys.TABLE)));
        out().flush();
        return DONE;
    }

    private static Path fileOf(@Nullable Path named, Path data) {
        return named == null ? data.resolve(ConfigFile.NAME) : named;
    }

    private static Settings read(Path file) {
        return Configuration.load(ConfigFile.named(file), Map.of()).settings();
    }

    private static String json(Map<String, Object> tree) {
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(tree)
                + System.lineSeparator();
    }

    private CommandSpec spec() {
        CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set the command");
        }
        return spec;
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private PrintWriter err() {
        return spec().commandLine().getErr();
    }
}
