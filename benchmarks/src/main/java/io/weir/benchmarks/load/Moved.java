package io.weir.benchmarks.load;

import org.jspecify.annotations.Nullable;

/**
 * What was done and what that moved. Immutable. The bytes are those that the clients' sockets saw, named as the ledger
 * names them, so that the two can be compared.
 *
 * @param operations pieces, round trips, connections or requests that were completed
 * @param up bytes written by clients: inside tunnels, or whole requests
 * @param down bytes read by clients: inside tunnels, or whole responses
 * @param overheadUp bytes of the CONNECT requests
 * @param overheadDown bytes of the answers to them
 * @param connects connections that were tried
 * @param errors connections and operations that failed
 * @param firstError the first of them; null if there was none
 */
record Moved(
        long operations,
        long up,
        long down,
        long overheadUp,
        long overheadDown,
        long connects,
        long errors,
        @Nullable String firstError) {
    static final Moved NOTHING = new Moved(0, 0, 0, 0, 0, 0, 0, null);

    /** Payload of both directions. */
    long payload() {
        return up + down;
    }

    Moved plus(Moved other) {
        return new Moved(
                operations + other.operations,
                up + other.up,
                down + other.down,
                overheadUp + other.overheadUp,
                overheadDown + other.overheadDown,
                connects + other.connects,
                errors + other.errors,
                firstError == null ? other.firstError : firstError);
    }

    /** What came after an earlier state of the same. */
    Moved since(Moved earlier) {
        return new Moved(
                operations - earlier.operations,
                up - earlier.up,
                down - earlier.down,
                overheadUp - earlier.overheadUp,
                overheadDown - earlier.overheadDown,
                connects - earlier.connects,
                errors - earlier.errors,
                firstError);
    }
}
