package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.launcher.config.Key;
import io.weir.launcher.config.Keys;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code weir config} as a user calls it. */
class ConfigCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int weir(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] all = new String[arguments.length + 1];
        all[0] = "config";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return WeirCommand.commands("config")
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
    }

    private String write(String name, String yaml) throws Exception {
        return Files.writeString(folder.resolve(name), yaml).toString();
    }

    @Test
    void theExamplePassesTheCheckAndChangesNothing() throws Exception {
        String example = folder.resolve("example.yaml").toString();

        assertThat(weir("init", example)).isZero();
        assertThat(Files.getPosixFilePermissions(Path.of(example)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(weir("check", example)).as(err.toString()).isZero();
        assertThat(weir("diff", example, write("empty.yaml", ""))).isZero();
        assertThat(out.toString()).isEmpty();
        for (Key<?> key : Keys.TABLE.all()) {
            assertThat(Files.readString(Path.of(example))).contains(key.name() + ": ");
        }
    }

    @Test
    void initWritesIntoTheDataFolderAndOverNoFile() throws Exception {
        String data = folder.resolve("data").toString();

        assertThat(weir("init", "--data", data)).isZero();
        Files.writeString(folder.resolve("data/weir.yaml"), "log: {level: warn}");
        assertThat(weir("init", "--data", data)).isEqualTo(1);
        assertThat(err.toString()).contains("--force");
        assertThat(Files.readString(folder.resolve("data/weir.yaml"))).contains("warn");
        assertThat(weir("init", "--data", data, "--force")).isZero();
        assertThat(weir("check", "--data", data)).isZero();
    }

    @Test
    void checkSaysAllFaultsWithTheFileAndWhereTheyStand() throws Exception {
        String bad = write("bad.yaml", "log:\n  level: loud\ntimeout: 1s\n");

        assertThat(weir("check", bad)).isEqualTo(1);

        assertThat(err.toString().lines())
                .containsExactly(
                        bad + ":2:10 log.level: 'loud' is none of error, warn, info, debug",
                        bad + ":3:1 timeout: there is no such key; did you mean timeouts?");
    }

    @Test
    void printShowsTheDefaultsWhereThereIsNoFile() {
        assertThat(weir("print", "--data", folder.toString())).isZero();

        assertThat(out.toString()).contains("timeouts:", "  head: 10s");
    }

    @Test
    void whatCannotBeReadIsTwo() {
        assertThat(weir("check", folder.resolve("none.yaml").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no configuration file");
        assertThat(weir("print", folder.toString())).isEqualTo(2);
        assertThat(weir("diff", "a", "b")).isEqualTo(2);
    }

    @Test
    void wrongUsageIs64() {
        assertThat(weir()).isEqualTo(64);
        assertThat(weir("diff", "a")).isEqualTo(64);
        assertThat(weir("check", "--no-such-option")).isEqualTo(64);
        assertThat(weir("--help")).isZero();
        assertThat(weir("init", "--help")).isZero();
    }

    @Test
    void printShowsTheWholeConfigurationAsYamlAndJson() throws Exception {
        String file = write("some.yaml", "timeouts: {connect: 3s}\nproxy: {max-connections: 12}\n");

        assertThat(weir("print", file)).isZero();
        assertThat(out.toString()).contains("timeouts:\n  connect: 3s\n  head: 10s\n", "  max-connections: 12\n");
        assertThat(weir("print", "--json", file)).isZero();
        JsonNode json = new JsonMapper().readTree(out.toString());
        assertThat(json.path("timeouts").path("connect").stringValue()).isEqualTo("3s");
        assertThat(json.path("proxy").path("max-connections").intValue()).isEqualTo(12);
        assertThat(json.path("proxy").path("allow-open").booleanValue()).isFalse();
        assertThat(json.path("proxy").path("listen").get(0).stringValue()).isEqualTo("127.0.0.1:8080");
    }

    @Test
    void diffShowsWhatDiffersDefaultsIncluded() throws Exception {
        String a = write("a.yaml", "timeouts: {connect: 3s, head: 10s}\n");
        String b = write("b.yaml", "timeouts: {connect: 180s}\n");

        assertThat(weir("diff", a, b)).isEqualTo(1);
        assertThat(out.toString().lines()).containsExactly("timeouts.connect 3s -> 3m");
        assertThat(weir("diff", a, a)).isZero();
    }

    @Test
    void theSchemaHasEveryKeyAndNoOther() {
        assertThat(weir("schema")).isZero();
        JsonNode schema = new JsonMapper().readTree(out.toString());

        assertThat(schema.path("$schema").stringValue()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        int described = 0;
        for (Key<?> key : Keys.TABLE.all()) {
            JsonNode group = schema;
            int dot = key.path().indexOf('.');
            if (dot > 0) {
                group = schema.path("properties").path(key.path().substring(0, dot));
            }
            assertThat(group.path("additionalProperties").booleanValue()).isFalse();
            JsonNode property = group.path("properties").path(key.path().substring(dot + 1));
            assertThat(property.path("description").stringValue()).startsWith(key.effect());
            assertThat(property.has("default")).isTrue();
            described++;
        }
        assertThat(described).isEqualTo(Keys.TABLE.all().size());
    }
}
