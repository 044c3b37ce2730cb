package io.weir.launcher.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a node is started with: its file and the command line, and the settings that come of both. Immutable.
 *
 * @param file where the settings come from that the command line does not give
 * @param options by key, what the command line says
 * @param settings of both
 */
public record Configuration(ConfigFile file, Map<Key<?>, List<String>> options, Settings settings) {
    /** Copies the options. */
    public Configuration {
        options = Map.copyOf(options);
    }

    /**
     * Reads the file, and checks everything.
     *
     * @throws ConfigException with all faults, or if the file cannot be read
     */
    public static Configuration load(ConfigFile file, Map<Key<?>, List<String>> options) {
        byte[] bytes = file.read();
        ConfigReader.Outcome outcome = read(file, bytes, options);
        return new Configuration(file, options, outcome.orThrow(file.toString()));
    }

    /** Reads other contents for the file. */
    static ConfigReader.Outcome read(ConfigFile file, byte[] bytes, Map<Key<?>, List<String>> options) {
        ConfigReader.Outcome outcome = ConfigReader.read(bytes, options);
        Path data = outcome.settings().get(Keys.DATA).toAbsolutePath().normalize();
        if (!file.isNamed() && bytes.length > 0 && !data.equals(file.path().getParent())) {
            List<Fault> faults = new ArrayList<>(outcome.faults());
            faults.add(new Fault(
                    Keys.DATA.path(),
                    Place.NONE,
                    data.toString(),
                    "the file in a data folder cannot name another one; leave it out, or start with --config " + file));
            return new ConfigReader.Outcome(outcome.settings(), faults);
        }
        return outcome;
    }
}
