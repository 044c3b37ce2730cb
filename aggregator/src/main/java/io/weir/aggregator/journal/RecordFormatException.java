package io.weir.aggregator.journal;

/** The bytes are not a record of a version that this reader knows. Carries no place: who reads knows it. */
final class RecordFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    private final FaultKind kind;

    RecordFormatException(FaultKind kind, String message) {
        super(message);
        this.kind = kind;
    }

    FaultKind kind() {
        return kind;
    }
}
