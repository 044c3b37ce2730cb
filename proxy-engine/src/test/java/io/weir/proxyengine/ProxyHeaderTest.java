package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a load balancer says about a connection, and what pretends to be that. */
class ProxyHeaderTest {
    static byte[] v1(String line) {
        return (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Version 2, from 192.0.2.7:4711 or 2001:db8::7 to a place of no matter, and {@code tlvs} bytes behind. */
    static byte[] v2(int command, boolean is4, int tlvs) {
        int addresses = is4 ? 12 : 36;
        var all = new ByteArrayOutputStream();
        all.writeBytes(new byte[] {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'});
        all.write(command);
        all.write(is4 ? 0x11 : 0x21);
        all.write((addresses + tlvs) >> 8);
        all.write(addresses + tlvs);
        all.writeBytes(
                is4
                        ? new byte[] {(byte) 192, 0, 2, 7, 127, 0, 0, 1}
                        : new byte[] {
                            0x20,
                            1,
                            0xd,
                            (byte) 0xb8,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            7,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            1
                        });
        all.writeBytes(new byte[] {0x12, 0x67, 0, 80});
        all.writeBytes(new byte[tlvs]);
        return all.toByteArray();
    }

    private static ProxyHeader read(byte[] bytes) {
        return ProxyHeader.read(bytes, bytes.length);
    }

    private static void holds(byte[] header, String source) throws Exception {
        ProxyHeader found = read(header);
        assertThat(found.state()).isEqualTo(ProxyHeader.State.COMPLETE);
        assertThat(found.bytes()).isEqualTo(header.length);
        assertThat(found.source()).isEqualTo(new InetSocketAddress(InetAddress.getByName(source), 4711));
        for (int cut = 0; cut < header.length; cut++) {
            assertThat(ProxyHeader.read(header, cut).state())
                    .as("the first %d bytes", cut)
                    .isEqualTo(ProxyHeader.State.INCOMPLETE);
        }
    }

    @Test
    void bothVersionsNameTheClientOnceTheyAreWhole() throws Exception {
        holds(v1("PROXY TCP4 192.0.2.7 127.0.0.1 4711 80"), "192.0.2.7");
        holds(v1("PROXY TCP6 2001:db8::7 ::1 4711 80"), "2001:db8::7");
        holds(v2(0x21, true, 0), "192.0.2.7");
        holds(v2(0x21, true, 300), "192.0.2.7");
        holds(v2(0x21, false, 40), "2001:db8::7");
    }

    @Test
    void theBalancersOwnConnectionsHaveNoOther() {
        for (byte[] own : new byte[][] {v1("PROXY UNKNOWN"), v1("PROXY UNKNOWN ffff::1 x 1 2"), v2(0x20, true, 9)}) {
            assertThat(read(own)).isEqualTo(new ProxyHeader(ProxyHeader.State.COMPLETE, own.length, null));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1",
                "proxy TCP4 192.0.2.7 127.0.0.1 4711 80",
                "PROXY TCP4 192.0.2.7 127.0.0.1 4711",
                "PROXY TCP4 192.0.2.7 127.0.0.1 4711 80 90",
                "PROXY TCP4  192.0.2.7 127.0.0.1 4711 80",
                "PROXY TCP4 192.0.2.7 127.0.0.1 70000 80",
                "PROXY TCP4 192.0.2.7 127.0.0.1 -1 80",
                "PROXY TCP4 2001:db8::7 ::1 4711 80",
                "PROXY TCP6 192.0.2.7 127.0.0.1 4711 80",
                "PROXY TCP4 evil.example 127.0.0.1 4711 80",
                "PROXY TCP6 fe80::1%lo ::1 4711 80",
                "PROXY UDP4 192.0.2.7 127.0.0.1 4711 80",
                "PROXY ",
            })
    void whatIsNoHeaderIsRefused(String line) {
        assertThat(read(v1(line)).state()).isEqualTo(ProxyHeader.State.MALFORMED);
    }

    @Test
    void noHeaderIsWaitedForForEver() {
        assertThat(read(("PROXY TCP4 " + "1".repeat(200)).getBytes(StandardCharsets.US_ASCII))
                        .state())
                .isEqualTo(ProxyHeader.State.MALFORMED);
        assertThat(read(v2(0x21, true, ProxyHeader.MAX_BYTES)).state()).isEqualTo(ProxyHeader.State.MALFORMED);
        byte[] lies = v2(0x21, true, 0);
        lies[15] = 11; // shorter than its addresses
        assertThat(read(lies).state()).isEqualTo(ProxyHeader.State.MALFORMED);
        assertThat(read(v2(0x31, true, 0)).state()).isEqualTo(ProxyHeader.State.MALFORMED);
        assertThat(read(v2(0x22, true, 0)).state()).isEqualTo(ProxyHeader.State.MALFORMED);
    }

    @Test
    void noGarbageBreaksIt() {
        var random = new Random(1);
        byte[] sound = v2(0x21, false, 20);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = i % 2 == 0 ? sound.clone() : v1("PROXY TCP4 192.0.2.7 127.0.0.1 4711 80");
            for (int faults = random.nextInt(4); faults >= 0; faults--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            ProxyHeader found = ProxyHeader.read(bytes, random.nextInt(bytes.length + 1));
            assertThat(found.bytes()).isBetween(0, bytes.length);
        }
    }
}
