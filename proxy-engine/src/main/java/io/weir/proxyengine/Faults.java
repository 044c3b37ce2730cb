package io.weir.proxyengine;

/** Collects what is wrong with a configuration, so that every fault is named at once. One thread. */
final class Faults {
    private final StringBuilder text = new StringBuilder();

    void check(boolean holds, String fault) {
        if (!holds) {
            text.append(text.length() == 0 ? "" : "; ").append(fault);
        }
    }

    /**
     * Ends the search.
     *
     * @throws EngineException naming what was found, if anything was
     */
    void end() {
        if (text.length() > 0) {
            throw new EngineException(text.toString());
        }
    }
}
