package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the first bytes of a stream are taken for, however they are cut. */
class HttpGuessTest {
    static Stream<Arguments> beginnings() {
        String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        return Stream.of(
                Arguments.of("GET / HTTP/1.1\r\nHost: a\r\n\r\n", HttpGuess.HTTP_1),
                Arguments.of("POST /a?b=c HTTP/1.0\r\n", HttpGuess.HTTP_1),
                Arguments.of("OPTIONS * HTTP/1.1\r\n", HttpGuess.HTTP_1),
                Arguments.of("GET http://a.example/ HTTP/1.1\r\n", HttpGuess.HTTP_1),
                Arguments.of("VERSIONCONTROL / HTTP/1.1\r\n", HttpGuess.HTTP_1),
                Arguments.of("PRI / HTTP/1.1\r\n", HttpGuess.HTTP_1),
                Arguments.of(preface, HttpGuess.HTTP_2),
                Arguments.of(preface + "\0\0\0\4\0\0\0\0\0", HttpGuess.HTTP_2),
                Arguments.of("PRI * HTTP/2.0\r\n\r\nXX", HttpGuess.OTHER),
                Arguments.of("GET / HTTP/1.1\n", HttpGuess.OTHER), // we would refuse what many origins answer
                Arguments.of("GET /\r\n", HttpGuess.OTHER),
                Arguments.of("GET key\r\n", HttpGuess.OTHER),
                Arguments.of("GET hkey\r\n", HttpGuess.OTHER),
                Arguments.of("GET\r\n", HttpGuess.OTHER),
                Arguments.of("GET  / HTTP/1.1\r\n", HttpGuess.OTHER),
                Arguments.of("get / HTTP/1.1\r\n", HttpGuess.OTHER),
                Arguments.of("GO / HTTP/1.1\r\n", HttpGuess.OTHER),
                Arguments.of("CONNECT a.example:443 HTTP/1.1\r\n", HttpGuess.OTHER),
                Arguments.of("SSH-2.0-OpenSSH_9.6\r\n", HttpGuess.OTHER),
                Arguments.of("HELO x\r\n", HttpGuess.OTHER),
                Arguments.of("HELO host.example\r\n", HttpGuess.OTHER),
                Arguments.of("EHLO [192.0.2.1]\r\n", HttpGuess.OTHER),
                Arguments.of("USER anonymous\r\n", HttpGuess.OTHER),
                Arguments.of("PING\r\n", HttpGuess.OTHER),
                Arguments.of("*1\r\n$4\r\nPING\r\n", HttpGuess.OTHER),
                Arguments.of("CAP LS 302\r\n", HttpGuess.OTHER),
                Arguments.of("\r\nGET / HTTP/1.1\r\n", HttpGuess.OTHER),
                Arguments.of("\0\0\0\10\4\322\26\57", HttpGuess.OTHER),
                Arguments.of("A".repeat(30), HttpGuess.OTHER),
                Arguments.of("GET /" + "a".repeat(20 * 1024), HttpGuess.OTHER),
                Arguments.of("GET" + "A".repeat(20 * 1024), HttpGuess.OTHER));
    }

    @ParameterizedTest
    @MethodSource("beginnings")
    void theGuessIsNeverAnotherThanInTheEnd(String text, HttpGuess expected) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        boolean decided = false;
        for (int length = 1; length <= bytes.length; length++) {
            ByteBuf part =
                    Unpooled.buffer().writeZero(3).writeBytes(bytes, 0, length).skipBytes(3);

            HttpGuess guess = HttpGuess.of(part);

            assertThat(guess).isIn(expected, decided ? expected : HttpGuess.UNKNOWN);
            assertThat(part.readerIndex()).isEqualTo(3);
            decided = guess != HttpGuess.UNKNOWN;
        }
        assertThat(decided).isTrue();
    }
}
