package io.weir.aggregator.history;

/** Ends a scan from inside its sink, which has all that it wanted. Only {@link Reading} catches it. */
final class ScanStop extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ScanStop() {
        super("the scan has what it wanted", null, false, false); // it is never shown: it has no stack
    }
}
