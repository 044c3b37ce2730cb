package io.weir.proxyengine.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is right, what that costs, and how those are slowed down who are wrong. The clock is the test's. */
class PasswordCheckerTest {
    @TempDir
    Path folder;

    private final TestUsers time = new TestUsers();
    private final List<Verdict> verdicts = Collections.synchronizedList(new ArrayList<>());
    private Path file;

    @BeforeEach
    void writeFile() {
        file = TestUsers.write(folder.resolve("users"), "anna", "grün", "bert", "blau");
    }

    private static Credentials credentials(String user, String password) {
        return Objects.requireNonNull(
                Credentials.of(user.getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8)));
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private void ask(Desk desk, String from, String user, String password) {
        desk.check(address(from), credentials(user, password), Runnable::run, verdicts::add);
    }

    private Verdict.Outcome last() {
        return verdicts.get(verdicts.size() - 1).outcome();
    }

    @Test
    void whatIsRememberedOfOneAddressTellsNobodyElseThatItIsRight() {
        try (var checker = time.open(file)) {
            Desk desk = checker.desk();
            ask(desk, "10.0.0.1", "anna", "grün");
            time.runAll();

            assertThat(desk.known(address("10.0.0.1"), credentials("anna", "grün"), null))
                    .isNotNull();
            assertThat(desk.known(address("10.0.0.2"), credentials("anna", "grün"), null))
                    .isNull();
        }
    }

    @Test
    void theRightPasswordIsRightAndIsRememberedForAMinuteAfterItsLastUse() {
        try (var checker = time.open(file)) {
            Desk desk = checker.desk();
            assertThat(desk.known(address("10.0.0.1"), credentials("anna", "grün"), null))
                    .isNull();
            ask(desk, "10.0.0.1", "anna", "grün");
            time.runAll();

            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);
            for (int i = 0; i < 10; i++) {
                time.advance(59, TimeUnit.SECONDS);
                Known known = checker.desk().known(address("10.0.0.1"), credentials("anna", "grün"), null);
                assertThat(Objects.requireNonNull(known).user()).isEqualTo("anna");
            }
            time.advance(61, TimeUnit.SECONDS);
            assertThat(desk.known(address("10.0.0.1"), credentials("anna", "grün"), null))
                    .isNull();
            assertThat(checker.computed()).isEqualTo(1);
        }
    }

    @Test
    void aConnectionThatHasShownItKeepsItAndNothingElse() {
        try (var checker = time.open(file)) {
            Desk desk = checker.desk();
            ask(desk, "10.0.0.1", "anna", "grün");
            time.runAll();
            Known known = verdicts.get(0).known();
            time.advance(1, TimeUnit.HOURS);

            assertThat(desk.known(address("10.0.0.1"), credentials("anna", "grün"), known))
                    .isSameAs(known);
            assertThat(desk.known(address("10.0.0.1"), credentials("anna", "gelb"), known))
                    .isNull();
            assertThat(desk.known(address("10.0.0.1"), credentials("bert", "grün"), known))
                    .isNull();
        }
    }

    @Test
    void aWrongPasswordAndAnUnknownUserGetTheSameAnswerForTheSameWork() {
        try (var checker = time.open(file)) {
            Desk desk = checker.desk();
            ask(desk, "10.0.0.1", "anna", "blau");
            ask(desk, "10.0.0.2", "nobody", "grün");
            ask(desk, "10.0.0.3", "nobody", "blau");
            time.runAll();

            assertThat(verdicts).containsExactly(Verdict.WRONG, Verdict.WRONG, Verdict.WRONG);
            assertThat(checker.computed()).isEqualTo(3);
        }
    }

    @Test
    void nobodyPassesWhereThereAreNoUsers() throws IOException {
        Files.writeString(file, "# nobody yet\n");
        try (var checker = time.open(file)) {
            ask(checker.desk(), "10.0.0.1", "anna", "grün");
            time.runAll();

            assertThat(verdicts).containsExactly(Verdict.WRONG);
        }
    }

    @Test
    void theSameQuestionIsComputedOnceForAllWhoAskAtOnce() {
        try (var checker = time.open(file)) {
            for (int i = 0; i < 500; i++) {
                ask(checker.desk(), "10.0.0.1", "anna", "grün");
            }
            time.runAll();

            assertThat(verdicts).hasSize(500).allMatch(verdict -> verdict.outcome() == Verdict.Outcome.RIGHT);
            assertThat(checker.computed()).isEqualTo(1);
        }
    }

    @Test
    void whoIsWrongTenThousandTimesIsHeardOnceInTenSeconds() {
        time.runsAtOnce(true);
        try (var checker = time.open(file)) {
            Desk desk = checker.desk();
            int tries = 0;
            for (int second = 0; second < 100; second++) {
                for (int i = 0; i < 100; i++) {
                    ask(desk, "10.0.0.1", "anna", "guess" + tries++);
                }
                time.advance(1, TimeUnit.SECONDS);
            }
            time.advance(10, TimeUnit.SECONDS);

            assertThat(verdicts).hasSize(10_000);
            assertThat(checker.computed()).isBetween(10L, 25L);
            assertThat(verdicts.stream().filter(verdict -> verdict.outcome() == Verdict.Outcome.TOO_EARLY))
                    .allMatch(verdict -> verdict.retrySeconds() > 0 && verdict.retrySeconds() < 60)
                    .hasSize(10_000 - (int) checker.computed());
        }
    }

    @Test
    void whoWaitsForEachAnswerGetsOneInTenSeconds() {
        time.runsAtOnce(true);
        try (var checker = time.open(file)) {
            long seconds = 0;
            for (int i = 0; i < 300; i++) {
                ask(checker.desk(), "10.0.0.1", "anna", "guess" + i);
                while (verdicts.size() == i) {
                    time.advance(1, TimeUnit.SECONDS);
                    seconds++;
                }
            }
            assertThat(verdicts).hasSize(300);
            assertThat(seconds).isBetween(2_900L, 3_000L);
        }
    }

    @Test
    void othersAreNotSlowedAndWhoIsKnownIsNeither() {
        time.runsAtOnce(true);
        try (var checker = time.open(file)) {
            Desk desk = checker.desk();
            ask(desk, "10.0.0.1", "bert", "blau");
            for (int i = 0; i < 100; i++) {
                ask(desk, "10.0.0.1", "anna", "guess" + i);
                ask(desk, "2001:db8::" + i, "anna", "guess" + i);
            }
            ask(desk, "10.0.0.2", "anna", "grün");
            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);
            ask(desk, "2001:db8:0:1::1", "anna", "grün");
            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);
            assertThat(desk.known(address("10.0.0.1"), credentials("bert", "blau"), null))
                    .isNotNull();
            long computed = checker.computed();
            ask(desk, "10.0.0.1", "anna", "grün");
            ask(desk, "2001:db8::ffff", "anna", "grün"); // one of 2^64 that are one's
            assertThat(checker.computed()).isEqualTo(computed);
        }
    }

    @Test
    void aQuarterOfAnHourWithoutAWrongOneIsForgiven() {
        time.runsAtOnce(true);
        try (var checker = time.open(file)) {
            for (int i = 0; i < 100; i++) {
                ask(checker.desk(), "10.0.0.1", "anna", "guess" + i);
            }
            time.advance(16, TimeUnit.MINUTES);
            int before = verdicts.size();
            ask(checker.desk(), "10.0.0.1", "anna", "grün");

            assertThat(verdicts).hasSize(before + 1);
            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);
        }
    }

    @Test
    void aFloodFillsTheQueueIsToldSoAndCostsNoMoreThanItsFreeTries() {
        try (var checker = time.open(file)) {
            for (int i = 0; i < 10_000; i++) {
                ask(checker.desk(), "10.0.0.1", "anna", "guess" + i);
            }
            assertThat(verdicts).hasSize(10_000 - PasswordChecker.CHECKS_MAX).containsOnly(Verdict.NO_ROOM);
            assertThat(time.waiting()).isEqualTo(PasswordChecker.CHECKS_MAX);
            time.runAll();
            assertThat(checker.computed()).isEqualTo(SourceDelays.FREE);
            ask(checker.desk(), "10.0.0.2", "bert", "blau");
            time.runAll();
            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);
        }
    }

    @Test
    void aFloodFromWhoIsSlowedDownTakesNoRoomFromOthers() {
        try (var checker = time.open(file)) {
            for (int i = 0; i < SourceDelays.FREE; i++) {
                ask(checker.desk(), "10.0.0.1", "anna", "guess" + i);
            }
            time.runAll();
            verdicts.clear();
            for (int i = 0; i < 10_000; i++) {
                ask(checker.desk(), "10.0.0.1", "anna", "again" + i);
            }
            assertThat(time.waiting()).isLessThan(10);
            assertThat(verdicts)
                    .hasSize(10_000 - time.waiting())
                    .allMatch(verdict -> verdict.outcome() == Verdict.Outcome.TOO_EARLY);
            ask(checker.desk(), "10.0.0.2", "bert", "blau");
            time.runAll();
            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);
        }
    }

    @Test
    void theTableOfSourcesIsBounded() {
        var delays = new SourceDelays(() -> 1);
        var random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            delays.wrong(random.nextLong());
        }
        assertThat(delays.size()).isLessThanOrEqualTo(SourceDelays.SOURCES_MAX);
    }

    @Test
    void aChangedFileCountsFromTheNextLookAndMakesWhatWasKnownBeAskedAgain() {
        time.runsAtOnce(true);
        try (var checker = time.open(file)) {
            Desk desk = checker.desk();
            ask(desk, "10.0.0.1", "anna", "grün");
            Known known = verdicts.get(0).known();
            TestUsers.write(file, "bert", "blau", "carl", "rot");
            assertThat(desk.known(address("10.0.0.1"), credentials("anna", "grün"), known))
                    .isNotNull();

            checker.look();

            assertThat(desk.known(address("10.0.0.1"), credentials("anna", "grün"), known))
                    .isNull();
            ask(desk, "10.0.0.1", "anna", "grün");
            assertThat(last()).isEqualTo(Verdict.Outcome.WRONG);
            ask(desk, "10.0.0.1", "carl", "rot");
            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);
            assertThat(checker.users()).isEqualTo(2);
        }
    }

    @Test
    void aFileWithFaultsOrNoneChangesNothing() throws IOException {
        time.runsAtOnce(true);
        try (var checker = time.open(file)) {
            Files.writeString(file, "anna:secret\n");
            checker.look();
            checker.look();
            Files.delete(file);
            checker.look();
            ask(checker.desk(), "10.0.0.1", "anna", "grün");
            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);

            TestUsers.write(file, "carl", "rot");
            checker.look();
            ask(checker.desk(), "10.0.0.1", "carl", "rot");
            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);
        }
    }

    @Test
    void aFileWithFaultsDoesNotStart() throws IOException {
        Files.writeString(file, "anna:secret\n");

        assertThatThrownBy(() -> PasswordChecker.open(file)).isInstanceOf(AccessException.class);
    }

    @Test
    void itsThreadsCheckAndReadTheFileThemselves() {
        try (var checker = PasswordChecker.open(file)) {
            List<String> threads = Collections.synchronizedList(new ArrayList<>());
            checker.desk()
                    .check(
                            address("10.0.0.1"),
                            credentials("anna", "grün"),
                            task -> {
                                threads.add(Thread.currentThread().getName());
                                task.run();
                            },
                            verdicts::add);
            await().until(() -> verdicts.size() == 1);
            assertThat(last()).isEqualTo(Verdict.Outcome.RIGHT);
            assertThat(threads.get(0)).matches("weir-auth-\\d");
            TestUsers.write(file, "carl", "rot");
            await().until(() -> checker.users() == 1);
        }
    }
}
