package io.weir.wsgateway;

import static io.weir.wsgateway.RawWebSocket.BINARY;
import static io.weir.wsgateway.RawWebSocket.CLOSE;
import static io.weir.wsgateway.RawWebSocket.CONTINUATION;
import static io.weir.wsgateway.RawWebSocket.FIN;
import static io.weir.wsgateway.RawWebSocket.PING;
import static io.weir.wsgateway.RawWebSocket.PONG;
import static io.weir.wsgateway.RawWebSocket.TEXT;
import static io.weir.wsgateway.RawWebSocket.frame;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may send by RFC 6455, and what it may not. Another client is disturbed by none of it. */
class ConformanceTest {
    private static final int RSV1 = 0x40;
    private static final String SUBSCRIBE = "{\"action\":\"subscribe\",\"topics\":[\"traffic\"]}";

    private static TestGateway gateway;
    private static RawWebSocket bystander;

    @BeforeAll
    static void start() throws IOException {
        gateway = TestGateway.start();
        bystander = connect();
    }

    @AfterAll
    static void stop() throws IOException {
        bystander.close();
        gateway.close();
    }

    @AfterEach
    void nobodyElseIsDisturbed() throws IOException {
        bystander.send(frame(FIN | PING, "still there"));
        assertThat(bystander.await(PONG).text()).isEqualTo("still there");
    }

    private static RawWebSocket connect(String... headers) throws IOException {
        return RawWebSocket.open(gateway.gateway.address(), gateway.token.value(), 64 << 10, headers);
    }

    private static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static byte[] unmasked() {
        return new byte[] {(byte) (FIN | TEXT), 2, '{', '}'};
    }

    static Stream<Arguments> protocolErrors() {
        byte[] longer = new byte[126];
        return Stream.of(
                Arguments.of("text without a mask", unmasked()),
                Arguments.of("ping without a mask", new byte[] {(byte) (FIN | PING), 0}),
                Arguments.of("close without a mask", new byte[] {(byte) (FIN | CLOSE), 2, 3, (byte) 232}),
                Arguments.of("reserved opcode 3", frame(FIN | 0x3, "")),
                Arguments.of("reserved opcode 7", frame(FIN | 0x7, "x")),
                Arguments.of("reserved opcode 11", frame(FIN | 0xB, "")),
                Arguments.of("reserved opcode 15", frame(FIN | 0xF, "x")),
                Arguments.of("RSV1", frame(FIN | TEXT | RSV1, "{}")),
                Arguments.of("RSV2", frame(FIN | TEXT | 0x20, "{}")),
                Arguments.of("RSV3", frame(FIN | TEXT | 0x10, "{}")),
                Arguments.of("RSV1 on a ping", frame(FIN | PING | RSV1, "")),
                Arguments.of("ping in fragments", frame(PING, "x")),
                Arguments.of("pong in fragments", frame(PONG, "x")),
                Arguments.of("close in fragments", frame(CLOSE, hex("03e8"))),
                Arguments.of("ping over 125 bytes", frame(FIN | PING, longer)),
                Arguments.of("pong over 125 bytes", frame(FIN | PONG, longer)),
                Arguments.of("close over 125 bytes", frame(FIN | CLOSE, longer)),
                Arguments.of("continuation of nothing", frame(FIN | CONTINUATION, "x")),
                Arguments.of("continuation of nothing, to be continued", frame(CONTINUATION, "x")),
                Arguments.of("text in a text", bytes(frame(TEXT, "{"), frame(FIN | TEXT, "}"))),
                Arguments.of("binary in a text", bytes(frame(TEXT, "{"), frame(BINARY, "}"))),
                Arguments.of(
                        "continuation after the end",
                        bytes(frame(TEXT, "{"), frame(FIN | CONTINUATION, "}"), frame(FIN | CONTINUATION, "x"))),
                Arguments.of("close with one byte", frame(FIN | CLOSE, hex("03"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("protocolErrors")
    void whatTheProtocolForbidsClosesWith1002(String what, byte[] sent) throws IOException {
        try (RawWebSocket client = connect()) {
            client.send(sent);

            assertThat(client.closeCode()).as(what).isEqualTo(1002);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
    void closeCodeThatMayNotBeSentIsAnsweredWith1002(int code) throws IOException {
        try (RawWebSocket client = connect()) {
            client.send(frame(FIN | CLOSE, new byte[] {(byte) (code >> 8), (byte) code}));

            assertThat(client.closeCode()).isEqualTo(1002);
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
    void closeIsAnsweredWithItsCode(int code) throws IOException {
        try (RawWebSocket client = connect()) {
            client.send(frame(
                    FIN | CLOSE,
                    bytes(new byte[] {(byte) (code >> 8), (byte) code}, "done".getBytes(StandardCharsets.UTF_8))));

            assertThat(client.closeCode()).isEqualTo(code);
        }
    }

    @Test
    void closeWithoutACodeIsAnsweredAndWhatFollowsItIsNotRead() throws IOException {
        gateway.sessions.commands.clear();
        try (RawWebSocket client = connect()) {
            client.send(bytes(
                    frame(FIN | CLOSE, ""),
                    frame(FIN | TEXT, "{\"action\":\"closeAllConnections\"}"),
                    frame(FIN | PING, "x")));

            assertThat(client.closeCode()).isEqualTo(1005);
            assertThat(gateway.sessions.commands).isEmpty();
        }
    }

    @Test
    void closeWithAReasonThatIsNotUtf8ClosesWith1007() throws IOException {
        try (RawWebSocket client = connect()) {
            client.send(frame(FIN | CLOSE, hex("03e8 ff")));

            assertThat(client.closeCode()).isEqualTo(1007);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ff, a byte that never is",
        "c080, overlong NUL",
        "c1bf, overlong",
        "e08080, overlong in three bytes",
        "f0808080, overlong in four bytes",
        "eda080, a surrogate",
        "edbfbf, a surrogate",
        "f4908080, above the last character",
        "f8888080 80, five bytes",
        "80, a continuation alone",
        "c3, cut off at the end",
        "e282, cut off at the end",
        "f09f98, cut off at the end",
        "c328, another byte instead of a continuation"
    })
    void textThatIsNotUtf8ClosesWith1007WholeOrInPieces(String hex, String what) throws IOException {
        byte[] text = bytes("{\"a\":\"ü".getBytes(StandardCharsets.UTF_8), hex(hex));
        try (RawWebSocket whole = connect();
                RawWebSocket pieces = connect()) {
            whole.send(frame(FIN | TEXT, text));
            for (int i = 0; i < text.length; i++) {
                pieces.send(
                        frame((i == 0 ? TEXT : CONTINUATION) | (i == text.length - 1 ? FIN : 0), new byte[] {text[i]}));
            }

            assertThat(whole.closeCode()).as(what).isEqualTo(1007);
            assertThat(pieces.closeCode()).as(what).isEqualTo(1007);
        }
    }

    @Test
    void charactersSplitOverFragmentsArePutTogetherAndPingsBetweenThemAreAnswered() throws IOException {
        byte[] text =
                "{\"action\":\"subscribe\",\"topics\":[\"traffic\"],\"x\":\"üß€😀\"}".getBytes(StandardCharsets.UTF_8);
        try (RawWebSocket client = connect()) {
            for (int i = 0; i < text.length; i++) {
                client.send(
                        frame((i == 0 ? TEXT : CONTINUATION) | (i == text.length - 1 ? FIN : 0), new byte[] {text[i]}));
                if (i % 9 == 0) {
                    client.send(frame(FIN | PING, "p" + i));
                    assertThat(client.await(PONG).text()).isEqualTo("p" + i);
                    client.send(frame(FIN | PONG, "nobody asked"));
                }
            }

            assertThat(client.await(TEXT).text()).startsWith("{\"type\":\"traffic\"");
        }
    }

    @Test
    void emptyFragmentsAndLongestControlFramesAreNoFault() throws IOException {
        try (RawWebSocket client = connect()) {
            client.send(bytes(
                    frame(TEXT, ""),
                    frame(CONTINUATION, ""),
                    frame(FIN | PING, "y".repeat(125)),
                    frame(CONTINUATION, SUBSCRIBE),
                    frame(FIN | CONTINUATION, "")));

            assertThat(client.await(PONG).payload()).hasSize(125);
            assertThat(client.await(TEXT).text()).startsWith("{\"type\":\"traffic\"");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {(64 << 10) + 1, 1L << 31, Long.MAX_VALUE})
    void frameThatIsDeclaredTooLongClosesWith1009BeforeItComes(long declared) throws IOException {
        try (RawWebSocket client = connect()) {
            client.send(frame(FIN | TEXT, declared, new byte[0]));

            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void lengthWithItsHighestBitClosesWith1002() throws IOException {
        try (RawWebSocket client = connect()) {
            client.send(frame(FIN | TEXT, Long.MIN_VALUE, new byte[0]));

            assertThat(client.closeCode()).isEqualTo(1002);
        }
    }

    @Test
    void messageThatIsTooLongInAllClosesWith1009() throws IOException {
        try (RawWebSocket client = connect()) {
            client.send(frame(TEXT, " ".repeat(40 << 10)));
            client.send(frame(FIN | CONTINUATION, " ".repeat(40 << 10)));

            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void pingFloodIsAnsweredUpToTheBudgetAndThenClosed() throws IOException {
        try (RawWebSocket client = connect()) {
            byte[] ping = frame(FIN | PING, "x");
            for (int i = 0; i < 2000; i++) {
                try {
                    client.send(ping);
                } catch (IOException closed) {
                    break;
                }
            }

            int pongs = 0;
            RawWebSocket.Frame frame = client.read();
            while (frame.opcode() == PONG) {
                pongs++;
                frame = client.read();
            }
            assertThat(frame.closeCode()).isEqualTo(1008);
            assertThat(pongs).isBetween(1, 1000); // the flood may last into a second second
        }
    }

    @Test
    void compressionIsNotAgreedToAndABombIsNotInflated() throws IOException {
        try (RawWebSocket client = connect(
                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, x-webkit-deflate-frame\r\n")) {
            assertThat(client.head).doesNotContainIgnoringCase("sec-websocket-extensions");

            client.send(frame(FIN | TEXT | RSV1, bomb()));

            assertThat(client.closeCode()).isEqualTo(1002);
        }
    }

    /** 16 MiB of blanks in some 16 KiB. */
    private static byte[] bomb() {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[16 << 20]);
        deflater.finish();
        byte[] compressed = new byte[64 << 10];
        int length = deflater.deflate(compressed);
        deflater.end();
        return Arrays.copyOf(compressed, length);
    }

    @ParameterizedTest
    @CsvSource({
        "Sec-WebSocket-Version: 12|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Upgrade: websocket|Connection: Upgrade, 426",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Upgrade: websocket|Connection: Upgrade, 426",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Connection: Upgrade, 426",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Upgrade: h2c|Connection: Upgrade, 426",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Upgrade: websocket|Connection: close, 426",
        "Sec-WebSocket-Version: 13|Upgrade: websocket|Connection: Upgrade, 400",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: short|Upgrade: websocket|Connection: Upgrade, 400",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==x|Upgrade: websocket|Connection: Upgrade, 400"
    })
    void handshakeWithAFaultIsRefused(String headers, int status) throws IOException {
        assertThat(gateway.get("/start?token=" + gateway.token.value(), headers.split("\\|")))
                .startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "HEAD"})
    void handshakeWithAnotherMethodIsRefused(String method) throws IOException {
        assertThat(gateway.raw(method + " /start?token=" + gateway.token.value()
                        + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port()
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
                .matches("(?s)HTTP/1\\.1 4(05|26) .*");
    }
}
