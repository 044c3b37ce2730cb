package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "a.example:443", "http://bücher.example/?q", "日本", "🦦", "e\u0301", "~ !"})
    void leavesReadableTextAlone(String text) {
        assertThat(TerminalText.escape(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "001B, \\u{1B}",
        "000A, \\u{A}",
        "0000, \\u{0}",
        "007F, \\u{7F}",
        "009B, \\u{9B}",
        "00A0, \\u{A0}",
        "200B, \\u{200B}",
        "202E, \\u{202E}",
        "2028, \\u{2028}",
        "2066, \\u{2066}",
        "FEFF, \\u{FEFF}",
        "D800, \\u{D800}",
        "E000, \\u{E000}",
        "E0041, \\u{E0041}",
        "005C, \\\\"
    })
    void escapesWhatActsOnATerminalOrHides(String codePoint, String escaped) {
        String text = "a" + Character.toString(Integer.parseInt(codePoint, 16)) + "b";

        assertThat(TerminalText.escape(text)).isEqualTo("a" + escaped + "b");
    }
}
