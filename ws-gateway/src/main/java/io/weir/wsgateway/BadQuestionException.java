package io.weir.wsgateway;

/** A request asks for something in a way that is not understood; the message says what, for the answer 400. */
final class BadQuestionException extends Exception {
    private static final long serialVersionUID = 1L;

    BadQuestionException(String message) {
        super(message, null, false, false); // whoever sends one does not cost a stack trace
    }
}
