package io.weir.wsgateway;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Shows and changes the configuration of the node, of whose meaning the gateway knows nothing. Called on threads of the gateway's that
 * may wait for a file.
 */
public interface ConfigControl {
    /** Of what has no configuration, such as a replay. */
    ConfigControl NONE = new ConfigControl() {
        @Override
        public State state() {
            throw new IllegalStateException("there is no configuration");
        }

        @Override
        public Outcome replace(byte[] document, Predicate<String> ifMatch, String by) {
            throw new IllegalStateException("there is no configuration");
        }
    };

    /**
     * A configuration. Immutable.
     *
     * @param version counts up with each change, over all starts
     * @param digest SHA-256 of what is in force, in hex
     * @param file where it is kept
     * @param tag the entity tag, in quotes: another one after each change, whoever made it
     * @param pending paths of the keys whose values wait for the next start
     * @param config groups and keys with what was accepted last, without secrets: maps, lists of texts, texts, numbers and booleans
     */
    record State(
            long version, String digest, String file, String tag, List<String> pending, Map<String, Object> config) {}

    /**
     * What is wrong with one key.
     *
     * @param key its path; empty if it is about the document
     * @param line from 1 on; 0 if it is about none
     * @param column from 1 on; 0 if it is about none
     * @param found the value; empty if there is none, or if it is not shown
     * @param problem what is wrong and what would do, for people
     */
    record WrongKey(String key, int line, int column, String found, String problem) {}

    /** What became of a change. */
    sealed interface Outcome permits Accepted, Stale, Refused, Failed {}

    /** It is in the file, and in force as far as it can be. */
    record Accepted(State state) implements Outcome {}

    /** Somebody else has changed it meanwhile; nothing was done. */
    record Stale() implements Outcome {}

    /** It has faults; nothing was done. */
    record Refused(List<WrongKey> faults) implements Outcome {}

    /** It could not be done, for a reason that is not in the document. */
    record Failed(String reason) implements Outcome {}

    /**
     * The configuration as it is now.
     *
     * @throws RuntimeException if its file cannot be read; it says why
     */
    State state();

    /**
     * Replaces it.
     *
     * @param document YAML, or JSON
     * @param ifMatch whether the caller knows the configuration of that tag
     * @param by who asks, for the ledger
     */
    Outcome replace(byte[] document, Predicate<String> ifMatch, String by);
}
