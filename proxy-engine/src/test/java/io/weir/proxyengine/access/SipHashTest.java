package io.weir.proxyengine.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hash is the published one, and tells texts apart. */
class SipHashTest {
    private static final SipHash PUBLISHED = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    /** The bytes 0, 1, 2 and so on, two to a character. */
    private static String counting(int bytes) {
        var text = new StringBuilder();
        for (int i = 0; i < bytes; i += 2) {
            text.append((char) (i | (i + 1) << 8));
        }
        return text.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "0, a3817f04ba25a8e66df67214c7550293",
        "2, 8177228da4a45dc7fca38bdef60affe4",
        "8, 3b62a9ba6258f5610f83e264f31497b4",
        "14, 31fcefac66d7de9c7ec7485fe4494902",
        "16, 6ee2a4ca67b054bbfd3315bf85230577",
        "62, 5853542321f567a005d547a4f04759bd"
    })
    void theHashIsThatOfTheReferenceImplementation(int bytes, String bytesInHex) {
        Fingerprint hash = PUBLISHED.of(counting(bytes));

        assertThat("%016x%016x".formatted(Long.reverseBytes(hash.high()), Long.reverseBytes(hash.low())))
                .isEqualTo(bytesInHex);
    }

    @Test
    void textsThatDifferInOneCharacterOrInLengthHaveOtherHashes() {
        var random = new Random(7);
        var seen = new HashSet<Fingerprint>();
        var texts = new HashSet<String>();
        for (int i = 0; i < 2_000; i++) {
            char[] text =
                    "Basic YW5uYTpncsO8bg==".substring(0, random.nextInt(23)).toCharArray();
            if (text.length > 0) {
                text[random.nextInt(text.length)] = (char) random.nextInt(0x100);
            }
            texts.add(new String(text));
            seen.add(PUBLISHED.of(new String(text)));
        }

        assertThat(seen).hasSameSizeAs(texts);
    }

    @Test
    void anotherKeyMakesAnotherHash() {
        Set<Fingerprint> hashes = new HashSet<>();
        for (int bit = 0; bit < 64; bit++) {
            hashes.add(new SipHash(1L << bit, 0).of("Basic YW5uYTpncsO8bg=="));
            hashes.add(new SipHash(0, 1L << bit).of("Basic YW5uYTpncsO8bg=="));
        }

        assertThat(hashes).hasSize(128);
    }
}
