package io.weir.proxyengine.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weir.proxyengine.tls.ClientHelloReader.Result;
import io.weir.proxyengine.tls.ClientHelloReader.State;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of ClientHellos: real ones (see {@code client-hellos.txt}), made ones, cut in all ways, and changed at random. */
class ClientHelloReaderTest {
    private static final int HEADER = 5;

    /** By the program that said them, all to {@code a.example} with {@code h2} and {@code http/1.1}. */
    static Map<String, byte[]> corpus() throws IOException {
        Map<String, byte[]> corpus = new LinkedHashMap<>();
        try (var reader = new BufferedReader(new InputStreamReader(
                ClientHelloReaderTest.class.getResourceAsStream("client-hellos.txt"), StandardCharsets.US_ASCII))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.startsWith("#")) {
                    int space = line.indexOf(' ');
                    corpus.put(line.substring(0, space), HexFormat.of().parseHex(line.substring(space + 1)));
                }
            }
        }
        corpus.put(
                "post-quantum",
                record(new Hello()
                        .name("a.example")
                        .alpn("h2", "http/1.1")
                        .keyShare(1216)
                        .message()));
        return corpus;
    }

    static List<byte[]> hellos() throws IOException {
        return List.copyOf(corpus().values());
    }

    private static Result read(byte[] bytes) {
        ByteBuf buffer = Unpooled.wrappedBuffer(new byte[] {9, 9, 9}, bytes, new byte[0]);
        buffer.readerIndex(3);
        Result result = ClientHelloReader.read(buffer);
        assertThat(buffer.readerIndex()).isEqualTo(3);
        assertThat(buffer.readableBytes()).isEqualTo(bytes.length);
        buffer.release();
        return result;
    }

    private static byte[] record(byte[] content) {
        byte[] record = new byte[HEADER + content.length];
        record[0] = 22;
        record[1] = 3;
        record[2] = 1;
        record[3] = (byte) (content.length >> 8);
        record[4] = (byte) content.length;
        System.arraycopy(content, 0, record, HEADER, content.length);
        return record;
    }

    /** The same message in records of {@code size} bytes. */
    private static byte[] inRecords(byte[] message, int size) {
        var all = new ByteArrayOutputStream();
        for (int from = 0; from < message.length; from += size) {
            all.writeBytes(record(Arrays.copyOfRange(message, from, Math.min(message.length, from + size))));
        }
        return all.toByteArray();
    }

    @Test
    void realHellosAreRead() throws IOException {
        assertThat(corpus()).hasSizeGreaterThanOrEqualTo(4);
        corpus().forEach((program, hello) -> assertThat(read(hello))
                .as(program)
                .isEqualTo(new Result(
                        State.COMPLETE, "a.example", List.of("h2", "http/1.1"), false, program.equals("boringssl"))));
    }

    @ParameterizedTest
    @MethodSource("hellos")
    void everyBeginningIsIncompleteAndMoreBytesChangeNothing(byte[] hello) {
        Result whole = read(hello);
        for (int length = 0; length < hello.length; length++) {
            assertThat(read(Arrays.copyOf(hello, length)).state()).isEqualTo(State.INCOMPLETE);
        }
        for (int more : new int[] {1, 5, 100, ClientHelloReader.MAX_BYTES}) {
            assertThat(read(Arrays.copyOf(hello, hello.length + more))).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("hellos")
    void recordsOfAnySizeSayTheSame(byte[] hello) {
        byte[] message = Arrays.copyOfRange(hello, HEADER, hello.length);
        for (int size = 1; size < message.length; size++) {
            byte[] cut = inRecords(message, size);
            assertThat(read(cut)).isEqualTo(read(hello));
            assertThat(read(Arrays.copyOf(cut, cut.length - 1)).state()).isEqualTo(State.INCOMPLETE);
        }
        byte[] inOnes = inRecords(message, 1);
        for (int length = 0; length < inOnes.length; length += 3) {
            assertThat(read(Arrays.copyOf(inOnes, length)).state()).isEqualTo(State.INCOMPLETE);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void changedHellosAreJudgedAtOneByteAndNeverJudgedAnew(long seed) throws IOException {
        var random = new Random(seed);
        List<byte[]> hellos = hellos();
        for (int round = 0; round < 20_000; round++) {
            byte[] hello = mutated(hellos.get(random.nextInt(hellos.size())), random);

            Result whole = read(hello);

            assertThat(whole.serverName()).matches("[a-z0-9._-]*");
            Result part = read(Arrays.copyOf(hello, random.nextInt(hello.length + 1)));
            if (part.state() != State.INCOMPLETE) {
                assertThat(part).isEqualTo(whole);
            }
            if (whole.state() == State.INCOMPLETE) {
                assertThat(part.state()).isEqualTo(State.INCOMPLETE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void aChangedHelloSaysTheSameInRecordsOfAnySize(long seed) throws IOException {
        var random = new Random(seed);
        List<byte[]> hellos = hellos();
        for (int round = 0; round < 5_000; round++) {
            byte[] hello = hellos.get(random.nextInt(hellos.size()));
            byte[] message = mutated(Arrays.copyOfRange(hello, HEADER, hello.length), random);
            if (message.length == 0) {
                continue;
            }
            Result one = read(inRecords(message, 1 << 14));
            Result many = read(inRecords(message, 1 + random.nextInt(message.length)));
            assertThat(many).isEqualTo(one);
            if (6 * message.length <= ClientHelloReader.MAX_BYTES) {
                assertThat(read(inRecords(message, 1))).isEqualTo(one);
            }
        }
    }

    private static byte[] mutated(byte[] hello, Random random) {
        byte[] changed = hello.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(4) == 0
                    ? random.nextInt(Math.min(60, changed.length))
                    : random.nextInt(changed.length);
            switch (random.nextInt(4)) {
                case 0 -> changed[at] = (byte) random.nextInt(256);
                case 1 -> changed[at] += (byte) (random.nextBoolean() ? 1 : -1);
                case 2 -> changed[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
                default -> changed[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(changed, 1 + random.nextInt(changed.length)) : changed;
    }

    @Test
    void whatIsNoTlsIsKnownByItsFirstBytes() {
        assertThat(read(new byte[0]).state()).isEqualTo(State.INCOMPLETE);
        for (String text :
                List.of("G", "GET / HTTP/1.1\r\n", "SSH-2.0-x", "ping", "\u0080.\u0001\u0003\u0001", "\u0016\u0002")) {
            assertThat(read(text.getBytes(StandardCharsets.ISO_8859_1)).state())
                    .as(text)
                    .isEqualTo(State.NOT_TLS);
        }
    }

    @Test
    void whatBreaksTheRulesOfRecordsIsMalformed() {
        assertThat(read(new byte[] {22, 3, 1, 0, 0}).state()).isEqualTo(State.MALFORMED);
        assertThat(read(new byte[] {22, 3, 1, 0x40, 1}).state()).isEqualTo(State.MALFORMED);
        assertThat(read(record(new byte[] {2})).state()).isEqualTo(State.MALFORMED);
        byte[] message = new Hello().message();
        byte[] begun = record(Arrays.copyOf(message, 10));
        assertThat(read(concat(begun, new byte[] {20})).state()).isEqualTo(State.MALFORMED);
        assertThat(read(concat(begun, new byte[] {22, 3, 1, 0, 0})).state()).isEqualTo(State.MALFORMED);
    }

    @Test
    void moreThanTheMaximumIsTooLarge() {
        assertThat(read(record(new byte[] {1, 0, (byte) 0x80, 0})).state()).isEqualTo(State.TOO_LARGE);
        assertThat(read(record(new byte[] {1, (byte) 0xff, (byte) 0xff, (byte) 0xff}))
                        .state())
                .isEqualTo(State.TOO_LARGE);
        byte[] large = new Hello().name("a.example").keyShare(20_000).message();
        assertThat(read(inRecords(large, 1 << 14)).serverName()).isEqualTo("a.example");
        byte[] inOnes = inRecords(large, 1); // the headers count too
        assertThat(read(inOnes).state()).isEqualTo(State.TOO_LARGE);
        assertThat(read(Arrays.copyOf(inOnes, ClientHelloReader.MAX_BYTES - 1)).state())
                .isEqualTo(State.INCOMPLETE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*.example",
                "a\u0000.example",
                "10.0.0.1",
                "::1",
                "a b",
                "-\n",
                "ä.example",
                "a..example",
                ".",
                "a/b",
                "1.2.3"
            })
    void aNameThatIsNoneIsSaidToBeMalformed(String name) {
        assertThat(read(record(new Hello().name(name).message())))
                .isEqualTo(new Result(State.COMPLETE, "", List.of(), true, false));
    }

    @Test
    void namesAreInLowerCaseAndOfAnyLengthThatANameMayHave() {
        String longest = "a123456789.".repeat(22) + "abc.example";
        assertThat(read(record(new Hello().name("A_1.Example.").message())).serverName())
                .isEqualTo("a_1.example");
        assertThat(read(record(new Hello().name(longest).message())).serverName())
                .isEqualTo(longest);
        assertThat(read(record(new Hello().name("a" + longest + "x".repeat(20)).message()))
                        .malformedName())
                .isTrue();
    }

    @Test
    void withoutExtensionsThereIsNoName() {
        assertThat(read(record(new Hello().message())))
                .isEqualTo(new Result(State.COMPLETE, "", List.of(), false, false));
    }

    @Test
    void protocolsThatAreNotPrintableAreLeftOut() {
        assertThat(read(record(new Hello().alpn("h2", "\n\n", "a b", "x").message()))
                        .alpn())
                .containsExactly("h2", "x");
    }

    @Test
    void anExtensionMayStandThereOnce() {
        assertThat(read(record(new Hello().name("a.example").name("b.example").message()))
                        .state())
                .isEqualTo(State.MALFORMED);
        assertThat(read(record(new Hello().alpn("h2").alpn("h2").message())).state())
                .isEqualTo(State.MALFORMED);
        assertThat(read(record(new Hello().extension(0, new byte[] {0, 0}).message()))
                        .state())
                .isEqualTo(State.MALFORMED);
    }

    private static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /** Writes a ClientHello. */
    private static final class Hello {
        private final ByteBuf extensions = Unpooled.buffer();

        Hello name(String name) {
            byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
            ByteBuf data = Unpooled.buffer();
            data.writeShort(bytes.length + 3)
                    .writeByte(0)
                    .writeShort(bytes.length)
                    .writeBytes(bytes);
            return extension(0, bytes(data));
        }

        Hello alpn(String... names) {
            ByteBuf data = Unpooled.buffer().writeShort(0);
            for (String name : names) {
                data.writeByte(name.length()).writeCharSequence(name, StandardCharsets.ISO_8859_1);
            }
            data.setShort(0, data.readableBytes() - 2);
            return extension(16, bytes(data));
        }

        Hello keyShare(int size) {
            ByteBuf data = Unpooled.buffer();
            data.writeShort(size + 4).writeShort(0x11ec).writeShort(size).writeZero(size);
            return extension(51, bytes(data));
        }

        Hello extension(int type, byte[] data) {
            extensions.writeShort(type).writeShort(data.length).writeBytes(data);
            return this;
        }

        byte[] message() {
            ByteBuf body = Unpooled.buffer();
            body.writeShort(0x0303).writeZero(32).writeByte(32).writeZero(32);
            body.writeShort(2).writeShort(0x1301).writeByte(1).writeByte(0);
            if (extensions.isReadable()) {
                body.writeShort(extensions.readableBytes()).writeBytes(extensions);
            }
            ByteBuf message = Unpooled.buffer().writeByte(1).writeMedium(body.readableBytes());
            return bytes(message.writeBytes(body));
        }

        private static byte[] bytes(ByteBuf buffer) {
            byte[] bytes = new byte[buffer.readableBytes()];
            buffer.readBytes(bytes);
            return bytes;
        }
    }
}
