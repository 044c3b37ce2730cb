package io.weir.proxyengine.rules;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where rules come from. Immutable. */
public sealed interface RuleSource {
    /** Where relative names of lists are looked for. */
    Path folder();

    /**
     * Reads the rules; what is wrong is added to {@code faults}.
     *
     * @throws RulesException if they cannot be read
     */
    RuleSet read(List<Fault> faults);

    /** How it is called in messages. */
    String shown();

    /** A file of lines; it is read again when it has changed. */
    record OfFile(Path file) implements RuleSource {
        private static final int BYTES_MAX = 4 << 20;

        /** Makes the path absolute. */
        public OfFile {
            file = file.toAbsolutePath().normalize();
        }

        @Override
        public Path folder() {
            Path folder = file.getParent();
            return folder == null ? file : folder;
        }

        @Override
        public RuleSet read(List<Fault> faults) {
            return RuleText.parse(text(), "line ", faults);
        }

        private String text() {
            if (!Files.isRegularFile(file)) { // a pipe could make a reader wait
                throw new RulesException(shown() + (Files.exists(file) ? " is no file" : " is not there"));
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(BYTES_MAX + 1);
                if (bytes.length > BYTES_MAX) {
                    throw new RulesException(shown() + " has more than " + BYTES_MAX + " bytes: put names into a list");
                }
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new RulesException(shown() + " is not UTF-8", e);
            } catch (IOException e) {
                throw new RulesException(shown() + " cannot be read: " + e, e);
            }
        }

        @Override
        public String shown() {
            return "rules file " + file;
        }
    }

    /** Lines that somebody else has, such as a configuration, one a rule; only their lists are read again. */
    record OfLines(List<String> lines, Path folder) implements RuleSource {
        /** Copies the list. */
        public OfLines {
            lines = List.copyOf(lines);
        }

        /** What is wrong with one line, besides the lists that it names; empty if nothing is. */
        public static Optional<String> fault(String line) {
            List<Fault> faults = new ArrayList<>();
            RuleSet read = RuleText.parse(line, "rule ", faults);
            if (!faults.isEmpty()) {
                return Optional.of(faults.get(0).message());
            }
            return read.rules().size() == 1 && line.indexOf('\n') < 0
                    ? Optional.empty()
                    : Optional.of("a rule is one line that begins with allow or refuse");
        }

        @Override
        public RuleSet read(List<Fault> faults) {
            return RuleText.parse(String.join("\n", lines), "rule ", faults);
        }

        @Override
        public String shown() {
            return "rules";
        }
    }

    /** Rules that somebody else has read, such as from a configuration; only their lists are read again. */
    record Given(RuleSet rules, Path folder) implements RuleSource {
        @Override
        public RuleSet read(List<Fault> faults) {
            return rules;
        }

        @Override
        public String shown() {
            return "rules";
        }
    }
}
