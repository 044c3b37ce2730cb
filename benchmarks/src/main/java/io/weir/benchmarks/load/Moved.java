package io.weir.benchmarks.load;

/**
 * What was done and what that moved. Immutable. The bytes are those that a client's socket saw, named as the ledger
 * names them, so that the two can be compared.
 *
 * @param operations transfers, connections or requests that were completed
 * @param up bytes written by clients: inside tunnels, or whole requests
 * @param down bytes read by clients: inside tunnels, or whole responses
 * @param overheadUp bytes of the CONNECT requests
 * @param overheadDown bytes of the answers to them
 */
record Moved(long operations, long up, long down, long overheadUp, long overheadDown) {
    static final Moved NOTHING = new Moved(0, 0, 0, 0, 0);

    Moved plus(Moved other) {
        return new Moved(
                operations + other.operations,
                up + other.up,
                down + other.down,
                overheadUp + other.overheadUp,
                overheadDown + other.overheadDown);
    }
}
