package io.weir.proxyengine.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists as they are found in the world. */
class ListFileTest {
    @TempDir
    Path folder;

    private LoadedList load(String text) throws Exception {
        Path file = folder.resolve("list");
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        return ListFile.load(file);
    }

    private static boolean has(LoadedList list, String host) {
        return list.names().matches(HostName.of(host));
    }

    @Test
    void aHostsFileMeansItsNamesAndNotWhatIsBelow() throws Exception {
        LoadedList list = load("\ufeff# hosts\r\n127.0.0.1 localhost localhost.localdomain\r\n::1 ip6-localhost\r\n"
                + "fe80::1%lo0 localhost\r\n0.0.0.0 0.0.0.0\r\n0.0.0.0 Ads.Example. track.example # both\r\n\r\n");

        assertThat(list.names().size()).isEqualTo(2);
        assertThat(list.ignored()).isZero();
        assertThat(has(list, "ads.example")).isTrue();
        assertThat(has(list, "TRACK.example.")).isTrue();
        assertThat(has(list, "www.ads.example")).isFalse();
        assertThat(has(list, "localhost")).isFalse();
    }

    @Test
    void aListOfDomainsMeansWhatIsBelowToo() throws Exception {
        LoadedList list = load(
                "! title\n; more\nads.example\n.dot.example\n*.star.example\n||block.example^\nb\u00fccher.example\n");

        assertThat(list.ignored()).isZero();
        for (String host : List.of(
                "ads.example",
                "a.b.ads.example",
                "dot.example",
                "x.dot.example",
                "x.star.example",
                "block.example",
                "x.block.example",
                "xn--bcher-kva.example",
                "www.XN--bcher-kva.example")) {
            assertThat(has(list, host)).as(host).isTrue();
        }
        for (String host : List.of("star.example", "xads.example", "example", "ads.example.org", "bucher.example")) {
            assertThat(has(list, host)).as(host).isFalse();
        }
    }

    @Test
    void networksAndAddressesAreKeptApartFromNames() throws Exception {
        LoadedList list = load("10.0.0.0/8\n192.0.2.1\n10.1.0.0/16\n2001:db8::/32\n::1\nads.example\n");

        assertThat(list.networks().size()).isEqualTo(4);
        assertThat(list.networks().contains(NaiveRules.inet("10.255.255.255"))).isTrue();
        assertThat(list.networks().contains(NaiveRules.inet("11.0.0.0"))).isFalse();
        assertThat(list.networks().contains(NaiveRules.inet("2001:db8:ffff::1")))
                .isTrue();
        assertThat(list.networks().contains(NaiveRules.inet("64:ff9b::a00:1"))).isTrue();
        assertThat(list.networks().contains(NaiveRules.inet("2002:c000:201::1")))
                .isTrue();
        assertThat(list.names().size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'a b c'",
        "'a..b'",
        "'-.*'",
        "'ex ample.com'",
        "'10.0.0.1/8'",
        "'300.1.1.1'",
        "'a/b'",
        "'1.2.3'",
        "'\u0001.com'",
        "'*.*'",
        "'@@||a^'"
    })
    void aLineThatIsNeitherNameNorAddressIsCountedAndPassedOver(String line) throws Exception {
        LoadedList list = load("ok.example\nok2.example\n" + line + "\n");

        assertThat(list.ignored()).isEqualTo(1);
        assertThat(list.names().size()).isEqualTo(2);
    }

    @Test
    void aLineWithoutEndTakesNoMemoryAndNamesThatAreTooLongAreNone() throws Exception {
        LoadedList list = load("ok.example\nok2.example\nok3.example\n" + "a".repeat(5_000_000) + "\n" + "a".repeat(64)
                + ".example\n" + "abc.".repeat(63) + "de");

        assertThat(list.ignored()).isEqualTo(3);
        assertThat(load("abc.".repeat(63) + "d").names().size()).isEqualTo(1);
    }

    @Test
    void aPageInsteadOfAListIsNoList() {
        assertThatThrownBy(() -> load("<!doctype html>\n<html>\n<p>not here</p>\n</html>\nok.example"))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("is no list: 4 of its lines are neither name nor address, 1 are");
    }

    @Test
    void anEmptyListIsAList() throws Exception {
        assertThat(load("").names().size()).isZero();
        assertThat(has(load("# nothing\n"), "a.example")).isFalse();
    }

    @Test
    void aLargeTableHasExactlyWhatWasPutIntoIt() {
        var random = new Random(11);
        var builder = new NameTable.Builder();
        Set<String> all = new HashSet<>();
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            String name = Long.toString(random.nextLong() >>> 1, 36) + "." + Integer.toString(random.nextInt(5000), 36)
                    + "x.example";
            if (i % 2 == 0) {
                all.add(name);
                builder.add(name, true, i % 4 == 0);
                builder.add(name, true, false);
            } else {
                others.add(name);
            }
        }
        NameTable table = builder.build();

        assertThat(table.size()).isEqualTo(all.size());
        for (String name : all) {
            assertThat(table.matches(HostName.of(name))).isTrue();
        }
        for (String name : others) {
            assertThat(table.matches(HostName.of(name))).as(name).isEqualTo(all.contains(name));
        }
    }
}
