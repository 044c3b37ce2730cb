package io.weir.aggregator.journal;

/** The bytes are not a record of a version that this reader knows. Carries no place: who reads knows it. */
final class RecordFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    private final FaultKind kind;
    private final String what;

    RecordFormatException(FaultKind kind, String what) {
        super(what);
        this.kind = kind;
        this.what = what;
    }

    /** What was found, as the end of a sentence about the record. */
    String what() {
        return what;
    }

    FaultKind kind() {
        return kind;
    }
}
