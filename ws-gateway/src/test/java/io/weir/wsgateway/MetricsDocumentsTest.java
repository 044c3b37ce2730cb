package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.UsageReport;
import io.weir.aggregator.UsageReport.Use;
import io.weir.aggregator.UserFigures;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** That the documents and the dashboard for Grafana speak of metrics that there are. */
class MetricsDocumentsTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern NAME = Pattern.compile("\\b(?:weir|jvm|process|system)_[a-z0-9_]+\\b");

    private static final Set<String> SAMPLES = new HashSet<>();
    private static final Set<String> FAMILIES = new HashSet<>();

    private static TestGateway gateway;

    @BeforeAll
    static void scrapeANodeThatHasEverything() {
        gateway = TestGateway.start();
        gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO));
        gateway.ledger.close(1, Tally.ZERO);
        gateway.ledger.tellOfUsers(new UsageReport(
                1,
                0,
                "2026-11-26",
                "2026-11",
                List.of(new UsageReport.User(
                        "anna", new Use(1, 2, false), new Use(1, 2, false), new UserFigures("anna", 1, 1, 1, 1, 1)))));
        scrape(); // from here on collections are counted
        System.gc();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            scrape();
            return SAMPLES.contains("jvm_gc_pause_seconds_sum");
        });
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void everyQueryOfTheDashboardAsksForMetricsThatThereAre() throws IOException {
        JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(DOCS.resolve("grafana/weir.json")));
        Set<String> asked = new TreeSet<>();
        dashboard.findValuesAsString("expr").forEach(query -> asked.addAll(names(query)));
        dashboard.findValuesAsString("definition").forEach(query -> asked.addAll(names(query)));

        assertThat(asked).hasSizeGreaterThan(30).isSubsetOf(SAMPLES);
        assertThat(asked).containsAll(families("weir_"));
    }

    @Test
    void theTableOfMetricsHasThemAllAndNoOther() throws IOException {
        String table = Files.readString(DOCS.resolve("operations.md"))
                .lines()
                .dropWhile(line -> !line.equals("## Metrics"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `"))
                .collect(Collectors.joining("\n"));

        assertThat(names(table)).containsExactlyInAnyOrderElementsOf(families("weir_"));
    }

    @Test
    void everyAlertAsksForMetricsThatThereAre() throws IOException {
        String rules = Files.readString(DOCS.resolve("operations.md"))
                .lines()
                .filter(line -> line.startsWith("        expr: "))
                .collect(Collectors.joining("\n"));

        assertThat(names(rules)).hasSizeGreaterThan(5).isSubsetOf(SAMPLES);
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        Matcher name = NAME.matcher(text);
        while (name.find()) {
            names.add(name.group());
        }
        return names;
    }

    private static Set<String> families(String prefix) {
        return FAMILIES.stream().filter(name -> name.startsWith(prefix)).collect(Collectors.toSet());
    }

    private static void scrape() {
        try {
            String answer = gateway.get("/metrics", "Authorization: Bearer " + gateway.token.value());
            Exposition metrics = Exposition.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4));
            FAMILIES.addAll(metrics.types().keySet());
            metrics.series().forEach(series -> SAMPLES.add(series.split("\\{", 2)[0]));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
