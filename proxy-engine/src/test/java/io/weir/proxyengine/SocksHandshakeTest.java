package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The messages of a handshake, where clients must say who they are, and where nothing makes sense. */
class SocksHandshakeTest {
    private static final Refusal DENIED = new Refusal(
            HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED, "http_request_denied", "no", CloseReason.DENIED);

    private static byte[] credentials(String user, String password) {
        var all = new ByteArrayOutputStream();
        byte[] name = user.getBytes(StandardCharsets.UTF_8);
        byte[] secret = password.getBytes(StandardCharsets.UTF_8);
        all.write(1);
        all.write(name.length);
        all.writeBytes(name);
        all.write(secret.length);
        all.writeBytes(secret);
        return all.toByteArray();
    }

    private static SocksHandshake.Step take(SocksHandshake handshake, byte... message) {
        for (int length = 0; length < message.length; length++) {
            SocksHandshake.Step early = handshake.take(message, 0, length);
            if (early != SocksHandshake.Step.MORE) {
                return early; // what cannot be right need not be whole
            }
            assertThat(handshake.taken()).isZero();
        }
        SocksHandshake.Step step = handshake.take(message, 0, message.length);
        assertThat(handshake.taken()).isEqualTo(message.length);
        return step;
    }

    private static byte[] answer(SocksHandshake handshake) {
        ByteBuf answer = handshake.answer();
        try {
            return ByteBufUtil.getBytes(answer);
        } finally {
            answer.release();
        }
    }

    @Test
    void aUserWithTheRightPasswordMayAsk() {
        var handshake = new SocksHandshake(true);

        assertThat(take(handshake, (byte) 5, (byte) 2, (byte) 0, (byte) 2)).isEqualTo(SocksHandshake.Step.ANSWER);
        assertThat(answer(handshake)).containsExactly(5, 2);
        assertThat(take(handshake, credentials("anna", "grün"))).isEqualTo(SocksHandshake.Step.CHECK);
        assertThat(handshake.credentials().name()).isEqualTo("anna");
        handshake.granted();
        assertThat(answer(handshake)).containsExactly(1, 0);
        assertThat(take(handshake, new byte[] {5, 1, 0, 1, 10, 0, 0, 1, 0, 80})).isEqualTo(SocksHandshake.Step.REQUEST);
        assertThat(handshake.authority()).hasToString("10.0.0.1:80");
    }

    @Test
    void whoIsDeniedIsToldSo() {
        var handshake = new SocksHandshake(true);
        take(handshake, (byte) 5, (byte) 1, (byte) 2);
        assertThat(take(handshake, credentials("anna", "x".repeat(255)))).isEqualTo(SocksHandshake.Step.CHECK);

        handshake.denied(DENIED);

        assertThat(answer(handshake)).containsExactly(1, 1);
        assertThat(handshake.refusal()).isEqualTo(DENIED);
    }

    @Test
    void credentialsThatCannotBeRightAreDeniedUnchecked() {
        for (byte[] wrong : new byte[][] {
            credentials("", ""),
            credentials("", "x"),
            credentials("a:b", "x"),
            credentials("a\u0000", "x"),
            credentials("a", "\n")
        }) {
            var handshake = new SocksHandshake(true);
            take(handshake, (byte) 5, (byte) 1, (byte) 2);

            assertThat(take(handshake, wrong)).isEqualTo(SocksHandshake.Step.REFUSED);
            assertThat(answer(handshake)).containsExactly(1, 1);
            assertThat(handshake.refusal().reason()).isEqualTo(CloseReason.DENIED);
        }
    }

    @Test
    void whoCannotSayWhoItIsIsTurnedAway() {
        var withoutMethod = new SocksHandshake(true);
        assertThat(take(withoutMethod, (byte) 5, (byte) 1, (byte) 0)).isEqualTo(SocksHandshake.Step.REFUSED);
        assertThat(answer(withoutMethod)).containsExactly(5, -1);
        var withSocks4 = new SocksHandshake(true);
        assertThat(take(
                        withSocks4,
                        (byte) 4,
                        (byte) 1,
                        (byte) 0,
                        (byte) 80,
                        (byte) 10,
                        (byte) 0,
                        (byte) 0,
                        (byte) 1,
                        (byte) 0))
                .isEqualTo(SocksHandshake.Step.REFUSED);
        assertThat(answer(withSocks4)).startsWith(0, 0x5d);
    }

    @Test
    void addressesAreReadAsTheyAre() {
        byte[] six = {5, 1, 0, 4, 0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 1, (byte) 0xbb};
        assertThat(authority(six)).isEqualTo("[2001:db8:0:0:0:0:0:7]:443");
        byte[] mapped = {5, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 127, 0, 0, 1, 0, 80};
        assertThat(authority(mapped)).isEqualTo("127.0.0.1:80");
        byte[] name = {5, 1, 0, 3, 6, 'A', '.', 't', 'e', 's', 't', 0, 80};
        assertThat(authority(name)).isEqualTo("a.test:80");
    }

    private static String authority(byte[] request) {
        var handshake = new SocksHandshake(false);
        take(handshake, (byte) 5, (byte) 1, (byte) 0);
        assertThat(take(handshake, request)).isEqualTo(SocksHandshake.Step.REQUEST);
        return handshake.authority().toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noGarbageBreaksItOrIsWaitedForForEver(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] said = new byte[1200];
            random.nextBytes(said);
            said[0] = (byte) (4 + random.nextInt(2));
            if (random.nextBoolean()) {
                Arrays.fill(said, 8, said.length, (byte) 'x');
            }
            var handshake = new SocksHandshake(random.nextBoolean());
            int from = 0;
            SocksHandshake.Step step;
            do {
                step = handshake.take(said, from, said.length);
                from += handshake.taken();
                assertThat(from).isBetween(0, said.length);
                if (step == SocksHandshake.Step.CHECK) {
                    handshake.granted();
                }
            } while (step == SocksHandshake.Step.ANSWER || step == SocksHandshake.Step.CHECK);
            if (step == SocksHandshake.Step.MORE) {
                assertThat(said.length - from).isLessThan(600); // what it may still wait for is bounded
            }
        }
    }
}
