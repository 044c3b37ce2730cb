package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the page, as a browser would ask for them. */
class WebFilesTest {
    private static final Map<String, String> FILES = WebFiles.read();
    private static final Pattern IMPORT = Pattern.compile("(?:from|import|import\\()\\s*\"([./][^\"]*)\"");
    private static final Pattern TEXT =
            Pattern.compile("\"([a-z][\\w.-]*)\": ?(\\[[^\\]]*\\]|\"(?:[^\"\\\\]|\\\\.)*\")");
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");
    private static final Pattern USED = Pattern.compile("\\bt\\(\"([^\"]+)\"[,)]");

    private static Map<String, String> ours(Predicate<String> wanted) {
        return FILES.entrySet().stream()
                .filter(file -> file.getKey().startsWith("app/") && wanted.test(file.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }

    @Test
    void everyModuleThatIsImportedIsServed() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            Set<String> wanted = new TreeSet<>(Set.of("/", "/app.css", "/app/main.js", "/lib/preact.js"));
            ours(name -> true)
                    .forEach((name, text) -> IMPORT.matcher(text)
                            .results()
                            .map(found -> URI.create("/" + name)
                                    .resolve(found.group(1))
                                    .getPath())
                            .forEach(wanted::add));
            Pattern.compile("(?:src|href)=\"(/[^\"]*)\"")
                    .matcher(FILES.getOrDefault("index.html", ""))
                    .results()
                    .map(found -> found.group(1))
                    .forEach(wanted::add);

            for (String path : wanted) {
                assertThat(gateway.get(path)).as(path).startsWith("HTTP/1.1 200 ");
            }
            assertThat(wanted).hasSizeGreaterThan(20);
        }
    }

    @Test
    void librariesAskForEachOtherByPath() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            assertThat(gateway.get("/lib/hooks.js"))
                    .contains("from\"/lib/preact.js\"")
                    .doesNotContain("from\"preact\"");
            assertThat(FILES)
                    .containsKeys("lib/uplot.js", "lib/uplot.css", "lib/preact.LICENSE.txt", "lib/uplot.LICENSE.txt");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/index.html",
                "/app",
                "/app/",
                "/app/../app.css",
                "/app/%2e%2e/app.css",
                "/lib/",
                "/ca.html",
                "/Assets.class"
            })
    void nothingElseIsServed(String path) throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            assertThat(gateway.get(path)).doesNotStartWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void noTextIsEverParsedAsMarkupOrCode() {
        ours(name -> true)
                .forEach((name, text) -> assertThat(text)
                        .as(name)
                        .doesNotContainPattern(
                                "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|DOMParser|createContextualFragment")
                        .doesNotContainPattern("\\beval\\(|new Function|setTimeout\\(\"|javascript:"));
    }

    @Test
    void bothLanguagesHaveTheSameTextsWithTheSameParameters() {
        Map<String, Set<String>> english = texts("en");

        assertThat(texts("zh")).isEqualTo(english);
        assertThat(english).hasSizeGreaterThan(100);
    }

    @Test
    void everyTextThatIsNamedIsThere() {
        Set<String> keys = texts("en").keySet();

        ours(name -> !name.startsWith("app/i18n"))
                .forEach((name, text) -> assertThat(USED.matcher(text)
                                .results()
                                .map(found -> found.group(1))
                                .collect(Collectors.toSet()))
                        .as(name)
                        .isSubsetOf(keys));
    }

    /** Key to the parameters of its text. A list of two is [one, many]: what counts is the second. */
    private static Map<String, Set<String>> texts(String language) {
        Map<String, Set<String>> texts = new TreeMap<>();
        ours(name -> name.startsWith("app/i18n/" + language))
                .values()
                .forEach(file ->
                        TEXT.matcher(file).results().forEach(found -> texts.put(found.group(1), parameters(found))));
        return texts;
    }

    private static Set<String> parameters(MatchResult text) {
        return PARAMETER
                .matcher(text.group(2))
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
