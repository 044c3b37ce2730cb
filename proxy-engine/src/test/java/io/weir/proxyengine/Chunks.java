package io.weir.proxyengine;

/** What a message says, however its body is cut into chunks. */
final class Chunks {
    private Chunks() {}

    /** The message with its chunks made one: head, content and trailers. */
    static String joined(String message) {
        int at = message.indexOf("\r\n\r\n") + 4;
        String head = message.substring(0, at);
        if (!head.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")) {
            return message;
        }
        var text = new StringBuilder(head);
        while (true) {
            int end = message.indexOf("\r\n", at);
            int size = Integer.parseInt(message.substring(at, end), 16);
            at = end + 2;
            if (size == 0) {
                return text.append(message.substring(at)).toString();
            }
            text.append(message, at, at + size);
            at += size + 2;
        }
    }
}
