package io.weir.launcher;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The design's table of modules: what each may know. Data flows from the engine over the bus to the aggregator and on to
 * the gateway; only the launcher knows everybody, and nobody knows the launcher.
 *
 * <p>Stands here because the launcher has all modules on its class path (the benchmarks, which ship nothing, excepted).
 */
class ModuleTableTest {
    private static final JavaClasses WEIR = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.weir");

    private static final List<Row> TABLE = List.of(
            new Row("eventbus", "com.lmax.."),
            new Row("aggregator", "io.weir.eventbus..", "net.openhft..", "org.slf4j.."),
            new Row(
                    "proxyengine",
                    "io.weir.eventbus..",
                    "io.netty..",
                    "org.bouncycastle..",
                    "com.github.benmanes.caffeine..",
                    "com.google.re2j..",
                    "org.slf4j.."),
            new Row(
                    "wsgateway",
                    "io.weir.aggregator..",
                    "io.weir.eventbus..",
                    "io.netty..",
                    "io.micrometer..",
                    "tools.jackson..",
                    "com.fasterxml.jackson.annotation..",
                    "org.slf4j.."),
            new Row(
                    "replaytool",
                    "io.weir.aggregator..",
                    "io.weir.eventbus..",
                    "picocli..",
                    "tools.jackson..",
                    "org.apache.parquet..",
                    "org.apache.hadoop..",
                    "com.sun.net.httpserver..",
                    "org.slf4j.."),
            new Row(
                    "launcher",
                    "io.weir..",
                    "io.netty..",
                    "com.sun.management..",
                    "picocli..",
                    "org.snakeyaml..",
                    "tools.jackson..",
                    "org.slf4j..",
                    "ch.qos.logback.."));

    /** A module's package below {@code io.weir}, and what it may use besides itself and the JDK. */
    record Row(String name, Set<String> uses) {
        Row(String name, String... uses) {
            this(name, Set.of(uses));
        }

        String packages() {
            return "io.weir." + name + "..";
        }

        String[] allowed() {
            Stream<String> always =
                    Stream.of(packages(), "java..", "javax..", "jdk..", "com.sun.management..", "org.jspecify..");
            return Stream.concat(always, uses.stream()).toArray(String[]::new);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Row> table() {
        return TABLE;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("table")
    void aModuleUsesOnlyWhatItsRowAllows(Row row) {
        classes()
                .that(resideInAPackage(row.packages()))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(row.allowed()))
                .allowEmptyShould(true)
                .check(WEIR);
    }

    @Test
    void everyClassBelongsToAModuleOfTheTable() {
        String[] modules = TABLE.stream().map(Row::packages).toArray(String[]::new);

        assertThat(WEIR).isNotEmpty();
        assertThat(WEIR.that(JavaClass.Predicates.resideOutsideOfPackages(modules)))
                .isEmpty();
    }

    @Test
    void onlyTheJournalKnowsChronicle() {
        noClasses()
                .that(resideInAPackage("io.weir.."))
                .and()
                .resideOutsideOfPackage("io.weir.aggregator.journal..")
                .should()
                .dependOnClassesThat(resideInAPackage("net.openhft.."))
                .check(WEIR);
    }

    @Test
    void onlyCommandsPrintToTheStandardStreams() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.weir.launcher..", "io.weir.replaytool..")
                .should(ACCESS_STANDARD_STREAMS)
                .allowEmptyShould(true)
                .check(WEIR);
    }

    @Test
    void nobodyLogsToJavaUtilLogging() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("java.util.logging.."))
                .check(WEIR);
    }

    @Test
    void everyPackageIsNullMarked() {
        Set<String> unmarked = WEIR.stream()
                .map(JavaClass::getPackage)
                .filter(each -> !each.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName)
                .collect(Collectors.toSet());

        assertThat(unmarked).isEmpty();
    }
}
