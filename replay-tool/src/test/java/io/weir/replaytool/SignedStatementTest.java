package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.seal.SealKey;
import io.weir.aggregator.seal.TrustedKeys;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.replaytool.SeededJournal.Step;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class SignedStatementTest {
    private static final long BEGIN = TestLedger.BEGIN_MILLIS;
    private static final long HOUR = 3_600_000;
    private static final Duration OFTEN = Duration.ofMillis(1);
    private static final Duration SELDOM = Duration.ofHours(1);
    private static final String HOSTILE_USER =
            "=cmd|'/c'!A1\u001B[2J\u202E\nsessions         0\n\"\\\u00fc\uD83D\uDE00";
    private static final int[] MASKS = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xFF};

    @TempDir
    Path data;

    @TempDir
    Path other;

    private static NodeStarted start(long boot) {
        return new NodeStarted("node", boot, "1.2.3", boot * 1_000, (boot + 1) * 1_000);
    }

    private static SessionOpened tunnel(long id, String remote, String user) {
        return new SessionOpened(
                id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "a.example:443", "a.example:443", remote, user);
    }

    private static BytesTransferred moved(long id, long up, long down) {
        return new BytesTransferred(id, new Tally(up, down, 1, 2, up, down + 5));
    }

    /** Two hours, each in a file of its own, the second with a checkpoint and a seal at its beginning. */
    private static List<Step> twoHours() {
        long next = BEGIN + HOUR;
        return List.of(
                new Step(BEGIN, start(1)),
                new Step(BEGIN + 1, tunnel(1_001, "10.0.0.1:5000", "alice")),
                new Step(BEGIN + 2, moved(1_001, 10, 20)),
                new Step(BEGIN + 3, SeededJournal.SEAL),
                new Step(BEGIN + 4, tunnel(1_002, "10.0.0.11:5000", "bob")),
                new Step(BEGIN + 5, moved(1_002, 100, 200)),
                new Step(BEGIN + 6, SeededJournal.SEAL),
                new Step(next, moved(1_001, 1, 2)),
                new Step(next + 1, SeededJournal.CHECKPOINT),
                new Step(next + 2, SeededJournal.SEAL),
                new Step(next + 3, moved(1_001, 3, 4)),
                new Step(
                        next + 4,
                        new SessionClosed(1_001, CloseReason.COMPLETED, 200, new Tally(14, 26, 3, 6, 14, 41))),
                new Step(next + 5, moved(1_002, 1, 1)),
                new Step(next + 6, SeededJournal.SEAL));
    }

    private Path stated(String name, String... arguments) throws IOException {
        return stated(data, name, arguments);
    }

    private Path stated(Path of, String name, String... arguments) throws IOException {
        Run run = Run.of(of, with(arguments, "statement"));
        assertThat(run.status()).as(run.err()).isZero();
        return Files.writeString(other.resolve(name), run.out());
    }

    private static String[] with(String[] arguments, String first) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(0, first);
        return all.toArray(String[]::new);
    }

    private static Run verify(Path journal, Path statement) {
        return Run.of(journal, "verify", "--statement", statement.toString());
    }

    private static List<String> differing(Path journal, Path statement) {
        Run run = Run.of(journal, "verify", "--statement", statement.toString(), "--json");
        assertThat(run.status()).isEqualTo(ExitStatus.VIOLATED);
        return run.jsonList("violations").stream()
                .map(each -> String.valueOf(each.get("field")))
                .toList();
    }

    private Path publicKey() {
        return data.resolve("seal/seal-public.pem");
    }

    @Test
    void bothFormsSayTheSameFiguresAndAreProvedWithTheJournalAndWithout() throws Exception {
        SeededJournal.writeSealed(data, twoHours());

        Path text = stated("text", "--user", "alice");
        Path json = stated("json", "--user", "alice", "--json");

        assertThat(text)
                .content()
                .contains("weirStatement    1\n", "status           signed\n", "name             \"alice\"\n")
                .contains("sessions         1\n", "ended            1\n", "open             0\n")
                .contains("up               14\n", "down             26\n", "undeliveredDown  15\n");
        assertThat(JsonObjects.parse(Files.readString(json)).get(0))
                .containsEntry("up", 14L)
                .containsEntry("overheadDown", 6L)
                .containsEntry("from", null)
                .containsEntry("waiting", 0L);
        for (Path each : List.of(text, json)) {
            Run here = verify(data, each);
            Run elsewhere = Run.plain(
                    "verify",
                    "--statement",
                    each.toString(),
                    "--public-key",
                    publicKey().toString());
            assertThat(here.status()).as(here.out()).isZero();
            assertThat(here.out())
                    .contains("figures     the same", "found beside the journal")
                    .endsWith("verdict: ok\n");
            assertThat(elsewhere.status()).as(elsewhere.err()).isZero();
            assertThat(elsewhere.out())
                    .contains("only the signature was checked", "given with --public-key")
                    .doesNotContain("the same");
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {71, 72, 73})
    void theFiguresAreThoseThatAnAuditAddsUp(long seed) throws Exception {
        List<Step> steps = new ArrayList<>();
        for (Step each : RandomDays.steps(seed, 1_200, true)) {
            steps.add(each);
            if (steps.size() % 40 == 0) {
                steps.add(new Step(each.atMillis(), SeededJournal.SEAL));
            }
        }
        steps.add(new Step(steps.get(steps.size() - 1).atMillis(), SeededJournal.SEAL));
        SeededJournal.writeSealed(data, steps);
        String from = Figures.time(BEGIN + HOUR / 2);
        String to = Figures.time(BEGIN + 3 * HOUR);

        for (String user : List.of("user0", "user1", "user2", "user3")) {
            Path statement = stated(user, "--user", user, "--from", from, "--to", to, "--json");
            Run audit = Run.of(data, "audit", "--json", "--user", user, "--from", from, "--to", to);
            @SuppressWarnings("unchecked")
            Map<String, Object> said = (Map<String, Object>) JsonObjects.field(audit.json(), "statement");
            @SuppressWarnings("unchecked")
            Map<String, Object> sum = (Map<String, Object>) JsonObjects.field(said, "sum");
            Map<String, Object> stated =
                    JsonObjects.parse(Files.readString(statement)).get(0);
            for (String each : List.of(
                    "sessions",
                    "opened",
                    "ended",
                    "crashed",
                    "refused",
                    "up",
                    "down",
                    "overheadUp",
                    "overheadDown",
                    "originUp",
                    "originDown",
                    "undeliveredUp",
                    "undeliveredDown")) {
                assertThat(stated).containsEntry(each, sum.get(each));
            }
            for (String each : List.of("firstSequence", "lastSequence", "starts", "crashes", "gaps")) {
                assertThat(stated).containsEntry(each, said.get(each));
            }
            assertThat(verify(data, statement).status()).isZero();
        }
    }

    private static boolean isProved(byte[] bytes, TrustedKeys keys) {
        try {
            return new StatementCheck(StatementFile.parse(bytes), keys).report().exitStatus() == ExitStatus.OK;
        } catch (StatementException e) {
            assertThat(e.exitStatus()).as(e.getMessage()).isEqualTo(ExitStatus.VIOLATED);
            return false;
        }
    }

    private void writeHostile() {
        List<Step> steps = new ArrayList<>(twoHours());
        steps.set(1, new Step(BEGIN + 1, tunnel(1_001, "10.0.0.1:5000", HOSTILE_USER)));
        SeededJournal.writeSealed(data, steps);
    }

    @Test
    void everyByteOfTheTextCounts() throws Exception {
        flipText(i -> new int[] {MASKS[i % MASKS.length], MASKS[i * 5 % 7]});
    }

    @Test
    @Tag("slow")
    void everyByteOfTheTextCountsWhateverItBecomes() throws Exception {
        flipText(i -> MASKS);
    }

    private void flipText(IntFunction<int[]> masks) throws Exception {
        writeHostile();
        byte[] text = Files.readAllBytes(stated("text", "--session", "1001"));
        TrustedKeys keys = TrustedKeys.in(data.resolve("seal"));

        assertThat(isProved(text, keys)).isTrue();
        for (int i = 0; i < text.length; i++) {
            for (int mask : masks.apply(i)) {
                byte[] changed = text.clone();
                changed[i] ^= (byte) mask;
                assertThat(isProved(changed, keys)).as("byte %s by %s", i, mask).isFalse();
            }
            byte[] without = new byte[text.length - 1];
            System.arraycopy(text, 0, without, 0, i);
            System.arraycopy(text, i + 1, without, i, without.length - i);
            assertThat(isProved(without, keys)).as("without byte %s", i).isFalse();
        }
        for (String more : List.of("\n", " ", "signature        -\n", "x")) {
            assertThat(isProved(
                            (new String(text, StandardCharsets.US_ASCII) + more).getBytes(StandardCharsets.US_ASCII),
                            keys))
                    .isFalse();
            assertThat(isProved(
                            (more + new String(text, StandardCharsets.US_ASCII)).getBytes(StandardCharsets.US_ASCII),
                            keys))
                    .isFalse();
        }
    }

    @Test
    void everyByteOfTheJsonCountsThatIsNoBlankAndNoSpellingOfTheSameCharacter() throws Exception {
        flipJson(i -> new int[] {MASKS[i % MASKS.length], MASKS[i * 5 % 7]});
    }

    @Test
    @Tag("slow")
    void everyByteOfTheJsonCountsThatIsNoBlankAndNoSpellingOfTheSameCharacterWhateverItBecomes() throws Exception {
        flipJson(i -> MASKS);
    }

    private void flipJson(IntFunction<int[]> masks) throws Exception {
        writeHostile();
        byte[] json = Files.readAllBytes(stated("json", "--session", "1001", "--json"));
        TrustedKeys keys = TrustedKeys.in(data.resolve("seal"));
        Object meant = JsonObjects.parse(new String(json, StandardCharsets.UTF_8));

        assertThat(isProved(json, keys)).isTrue();
        for (int i = 0; i < json.length; i++) {
            for (int mask : masks.apply(i)) {
                byte[] changed = json.clone();
                changed[i] ^= (byte) mask;
                if (isProved(changed, keys)) {
                    assertThat(JsonObjects.parse(new String(changed, StandardCharsets.UTF_8)))
                            .as("byte %s by %s", i, mask)
                            .isEqualTo(meant);
                }
            }
        }
    }

    @Test
    void jsonThatAnotherToolWroteAgainIsStillProved() throws Exception {
        writeHostile();
        String json = Files.readString(stated("json", "--session", "1001", "--json"));
        int half = json.indexOf(",\"up\":");
        String again = "{\n  " + json.substring(half + 1).strip().replace("}", ",")
                + json.substring(1, half).replace("\\u00fc", "\u00fc").replace(",\"", " ,\n\t\"") + "\n}";

        assertThat(isProved(again.getBytes(StandardCharsets.UTF_8), TrustedKeys.in(data.resolve("seal"))))
                .isTrue();
    }

    @Test
    void aHostileNameStaysInsideItsLineAndInert() throws Exception {
        writeHostile();

        Path text = stated("text", "--session", "1001");
        Path byName = stated("name", "--user", HOSTILE_USER);
        Run verified = verify(data, byName);

        for (Path each : List.of(text, byName)) {
            assertThat(Files.readAllLines(each))
                    .hasSize(StatementField.values().length + 1)
                    .allMatch(line -> line.matches("[a-zA-Z]{2,15} +[ -~]+"));
        }
        assertThat(text)
                .content()
                .contains("user             \"=cmd|'/c'!A1\\u001b[2J\\u202e\\nsessions".replace("\\n", "\\u000a"));
        assertThat(verified.status()).as(verified.out()).isZero();
        assertThat(verified.out()).doesNotContain("\u001B", "\u202E");
    }

    @Test
    void aStatementStaysTrueWhateverTheJournalGoesOnWith() throws Exception {
        List<Step> steps = new ArrayList<>(List.of(
                new Step(BEGIN, start(1)),
                new Step(BEGIN + 1, tunnel(1_001, "10.0.0.1:5000", "alice")),
                new Step(BEGIN + 2, moved(1_001, 10, 20)),
                new Step(BEGIN + 3, SeededJournal.SEAL)));
        SeededJournal.writeSealed(data, steps);
        Path session = stated("session", "--session", "1001");
        Path user = stated("user", "--user", "alice", "--to", Figures.time(BEGIN + HOUR));
        assertThat(session)
                .content()
                .contains("reason           open\n", "closedAt         -\n", "open             1\n");
        try (Stream<Path> written = Files.list(TestLedger.journal(data))) {
            for (Path each : written.toList()) {
                Files.delete(each);
            }
        }
        steps.add(new Step(BEGIN + 4, new ProtocolDetected(1_001, SessionProtocol.HTTPS_MITM)));
        steps.add(new Step(BEGIN + 5, moved(1_001, 1, 1)));
        steps.add(new Step(
                BEGIN + 6, new SessionClosed(1_001, CloseReason.COMPLETED, 200, new Tally(11, 21, 2, 4, 11, 31))));
        steps.add(new Step(BEGIN + 7, SeededJournal.SEAL));
        SeededJournal.writeSealed(data, steps);

        for (Path each : List.of(session, user)) {
            Run run = verify(data, each);
            assertThat(run.status()).as(run.out()).isZero();
        }
        assertThat(stated("later", "--session", "1001"))
                .content()
                .contains("protocol         HTTPS-MITM\n", "reason           COMPLETED\n");
    }

    @Test
    void aClientIsItsWholeAddressAndAnExchangeInATunnelCanBeStatedToo() throws Exception {
        List<Step> steps = new ArrayList<>(twoHours());
        steps.add(new Step(BEGIN + HOUR + 7, new ProtocolDetected(1_002, SessionProtocol.HTTPS_MITM)));
        steps.add(new Step(
                BEGIN + HOUR + 8,
                new SessionOpened(
                        1_003, 1_002, SessionProtocol.HTTPS_MITM, "GET", "a.example", "", "10.0.0.11:5000", "bob")));
        steps.add(new Step(BEGIN + HOUR + 9, moved(1_003, 7, 8)));
        steps.add(new Step(BEGIN + HOUR + 10, SeededJournal.SEAL));
        SeededJournal.writeSealed(data, steps);

        assertThat(stated("one", "--client", "10.0.0.1"))
                .content()
                .contains("sessions         1\n", "up               14\n");
        assertThat(stated("eleven", "--client", "10.0.0.11"))
                .content()
                .contains("sessions         1\n", "up               101\n");
        assertThat(stated("part", "--client", "10.0.0"))
                .content()
                .contains("sessions         0\n", "up               0\n");
        assertThat(stated("child", "--session", "1003"))
                .content()
                .contains("parentId         1002\n", "up               7\n", "undeliveredUp    -\n");
        assertThat(Run.of(data, "statement", "--session", "4711").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(verify(data, other.resolve("child")).status()).isZero();
    }

    @Test
    void anotherKeyOrAnotherJournalIsNamed() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        Path statement = stated("text", "--user", "alice");
        Path stranger = other.resolve("stranger");
        SeededJournal.writeSealed(stranger, twoHours());

        Run wrongKey = verify(stranger, statement);
        Run noKey = Run.plain("verify", "--statement", statement.toString());

        assertThat(wrongKey.status()).isEqualTo(ExitStatus.VIOLATED);
        assertThat(wrongKey.out()).contains("WRONG, of the key", "which is none of those that are trusted here");
        assertThat(noKey.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(noKey.err()).contains("give --public-key");
    }

    @Test
    void eachFigureIsNamedThatTheJournalHasNot() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        Path statement = stated("text", "--user", "alice");
        Path rewritten = other.resolve("rewritten");
        Files.createDirectories(rewritten);
        move(data.resolve("seal"), rewritten.resolve("seal"));
        List<Step> steps = new ArrayList<>(twoHours());
        steps.set(2, new Step(BEGIN + 2, moved(1_001, 9, 20)));
        steps.set(
                11,
                new Step(
                        BEGIN + HOUR + 4,
                        new SessionClosed(1_001, CloseReason.COMPLETED, 200, new Tally(13, 26, 3, 6, 13, 41))));
        SeededJournal.writeSealed(rewritten, steps); // by whoever has the key

        assertThat(Run.of(rewritten, "verify").status()).isZero();
        assertThat(differing(rewritten, statement)).containsExactly("up", "originUp", "sealDigest");
        assertThat(verify(rewritten, statement).out()).contains("up: the statement says 14, the journal 13");
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to);
    }

    @Test
    void aJournalThatWasCutOffOrChangedIsNamedAndNothingIsStatedOfIt() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        Path statement = stated("text", "--user", "alice");
        List<Path> files = files();
        byte[] first = Files.readAllBytes(files.get(0));

        byte[] changed = first.clone();
        for (int i = 0; i < changed.length - 5; i++) { // somewhere in the name of the user
            if (new String(changed, i, 5, StandardCharsets.ISO_8859_1).equals("alice")) {
                changed[i] = 'A';
                break;
            }
        }
        Files.write(files.get(0), changed);
        Run refused = Run.of(data, "statement", "--user", "alice");
        Run verified = verify(data, statement);
        Files.write(files.get(0), first);
        Files.delete(files.get(1));
        List<String> differing = differing(data, statement);

        assertThat(refused.status()).isEqualTo(ExitStatus.VIOLATED);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("EDITED", "no statement is made of a journal that is violated");
        assertThat(verified.status()).isEqualTo(ExitStatus.VIOLATED);
        assertThat(verified.out()).contains("the journal: the record has a wrong checksum");
        assertThat(differing).contains("up", "sealSequence", "sealDigest");
        assertThat(verify(data, statement).out()).contains("the journal ends at sequence ");
    }

    private List<Path> files() throws IOException {
        try (var entries = Files.list(TestLedger.journal(data))) {
            return entries.filter(each -> each.toString().endsWith(".cq4"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aJournalWhoseBeginningIsMissingIsNamed() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        Path all = stated("all", "--user", "alice");
        Files.delete(files().get(0));

        Run refused = Run.of(data, "statement", "--user", "alice", "--from", Figures.time(BEGIN + HOUR + 3));
        Run verified = verify(data, all);

        assertThat(refused.status()).isEqualTo(ExitStatus.VIOLATED);
        assertThat(refused.err()).contains("the events 1 to 7 are missing before the record");
        assertThat(verified.status()).isEqualTo(ExitStatus.VIOLATED);
        assertThat(verified.out())
                .contains("only the signature was checked", "the journal: the events 1 to 7 are missing");
    }

    /** What a journal says of which the first hour was pruned. */
    private StatedFigures figuresOfSecondHour(long fromMillis) throws Exception {
        try (JournalReader reader = JournalReader.open(TestLedger.journal(data))) {
            JournalVerifier verifier = new JournalVerifier(reader, TrustedKeys.in(data.resolve("seal")), List.of());
            StatedFigures figures = new StatedFigures(
                    verifier.fold(),
                    new Subject.Named(Subject.Named.Kind.USER, "alice"),
                    new EventRange(fromMillis, Long.MAX_VALUE, 1, 1_000));
            verifier.showFirstTo(figures);
            assertThat(verifier.verify(Optional.empty(), ReadProgress.NONE, 0).breaks())
                    .isEmpty();
            figures.end();
            return figures;
        }
    }

    @Test
    void whereTheJournalBeginsLaterOnlyWhatFollowsItsFirstCheckpointAndSealCanBeStated() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        assertThat(files()).hasSize(2);
        assertThat(Run.of(data, "journal", "prune", "--keep-size", "1KiB").status())
                .isZero();
        assertThat(files()).hasSize(1);
        long known = BEGIN + HOUR + 3;

        assertThat(figuresOfSecondHour(0).beginsTooEarly()).isTrue();
        assertThat(figuresOfSecondHour(BEGIN + 1).beginsTooEarly()).isTrue();
        assertThat(figuresOfSecondHour(known - 1).beginsTooEarly()).isTrue();
        StatedFigures late = figuresOfSecondHour(known);
        assertThat(late.beginsTooEarly()).isFalse();
        assertThat(late.basisMillis() + 1).isEqualTo(known);
        assertThat(late.values())
                .containsEntry(StatementField.UP, "3")
                .containsEntry(StatementField.ENDED, "1")
                .containsEntry(StatementField.STARTS, "0");
    }

    @Test
    void whatWasNeverSealedIsNotStated() throws Exception {
        try (TestLedger ledger = TestLedger.open(data)) {
            ledger.tunnel("a.example:443").down(1_000);
        }
        Run unsealed = Run.of(data, "statement", "--user", "alice", "--unsigned");
        try (TestLedger ledger = TestLedger.openSealed(data, SELDOM)) {
            ledger.tunnel("a.example:443").down(2_000);
        }

        Run refused = Run.of(data, "statement", "--user", "alice");

        assertThat(unsealed.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(unsealed.err()).contains("has no seal");
        assertThat(refused.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(refused.err()).contains("it was never sealed", "give --from ");
    }

    @Test
    void besideARunningNodeItCoversWhatIsSealedAndSaysWhatWaits() throws Exception {
        Path early;
        try (TestLedger ledger = TestLedger.openSealed(data, SELDOM)) {
            SessionMeter first = ledger.tunnel("a.example:443");
            first.down(1_000);
            ledger.settle();
            Run nothing = Run.of(data, "statement", "--session", Long.toString(first.id()));
            assertThat(nothing.status()).isEqualTo(ExitStatus.UNREADABLE);
            assertThat(nothing.err()).contains("begins behind sequence", "ask again");

            Run user = Run.of(data, "statement", "--user", "alice");
            assertThat(user.status()).isZero();
            assertThat(user.out()).contains("sessions         0\n").containsPattern("waiting +[1-9]\\d*\n");
            assertThat(user.err()).contains("wait for the next seal");
            early = Files.writeString(other.resolve("early"), user.out());
            assertThat(verify(data, early).status()).isZero();
        }
        try (TestLedger ledger = TestLedger.openSealed(data, OFTEN)) {
            SessionMeter meter = ledger.tunnel("a.example:443");
            for (int i = 0; i < 20; i++) {
                meter.down(1_000);
                ledger.settle();
                Run run = Run.of(data, "statement", "--user", "alice", "--json");
                assertThat(run.status()).as(run.err()).isZero();
                Path statement = Files.writeString(other.resolve("live-" + i), run.out());
                assertThat(verify(data, statement).status()).isZero();
            }
        }
        assertThat(verify(data, early).status()).isZero();
        assertThat(verify(data, other.resolve("live-3")).status()).isZero();
    }

    @Test
    void withoutTheKeyItIsRefusedOrPlainlyUnsigned() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        Path kept = Files.copy(publicKey(), other.resolve("kept.pem"));
        Path copy = other.resolve("copy");
        Files.createDirectories(copy);
        move(TestLedger.journal(data), TestLedger.journal(copy));

        Run refused = Run.of(copy, "statement", "--user", "alice");
        Path text = stated(copy, "text", "--user", "alice", "--unsigned");
        Path json = stated(copy, "json", "--user", "alice", "--unsigned", "--json");

        assertThat(refused.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("seal-key.pem is not there", "--unsigned");
        assertThat(copy.resolve("seal")).doesNotExist();
        assertThat(text).content().contains("status           UNSIGNED\n").endsWith("signature        -\n");
        for (Path each : List.of(text, json)) {
            Run run = Run.of(copy, "verify", "--statement", each.toString(), "--public-key", kept.toString());
            assertThat(run.status()).isEqualTo(ExitStatus.VIOLATED);
            assertThat(run.out()).contains("signature   NONE", "the statement is not signed");
        }
        String forged = Files.readString(text)
                .replace("UNSIGNED", "signed")
                .replace("signature        -", "signature        " + "0".repeat(128));
        assertThat(isProved(forged.getBytes(StandardCharsets.US_ASCII), TrustedKeys.given(List.of(kept))))
                .isFalse();
    }

    @Test
    void aKeyThatDidNotSealTheJournalSignsNothing() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        Files.delete(data.resolve("seal/seal-key.pem"));
        SealKey.loadOrCreate(data.resolve("seal"));

        Run run = Run.of(data, "statement", "--user", "alice");

        assertThat(run.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(run.err()).contains("the newest seal is not of the key in ");
    }

    @Test
    void aSignatureOfASealIsNoneOfAStatement() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        SignedStatement statement = StatementFile.parse(Files.readAllBytes(stated("text", "--user", "alice")));
        TrustedKeys keys = TrustedKeys.in(data.resolve("seal"));
        var key = keys.keys().iterator().next();

        assertThat(key.hasSignedStatement(statement.signedBytes(), statement.signature()))
                .isTrue();
        byte[] more = (new String(statement.signedBytes(), StandardCharsets.US_ASCII) + "\n")
                .getBytes(StandardCharsets.US_ASCII);
        assertThat(key.hasSignedStatement(more, statement.signature())).isFalse();
    }

    @Test
    void whatIsNoStatementIsRefusedInBoundsAndInOneLine() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        String text = Files.readString(stated("text", "--user", "alice"));
        String json = Files.readString(stated("json", "--user", "alice", "--json"));
        Path file = other.resolve("file");

        assertThat(refusal("/nowhere")).contains("statement /nowhere: is not there");
        assertThat(refusal(other.toString())).contains("is a folder");
        assertThat(refusal("\0")).contains("can't be read");
        for (String each : List.of("", "\0\0\0", "hello", "{}", "[".repeat(200_000), "signatur")) {
            Files.writeString(file, each);
            assertThat(refusal(file.toString())).contains("is no statement");
        }
        Files.writeString(file, text + "x".repeat(StatementFile.MAX_BYTES));
        assertThat(refusal(file.toString())).contains("has more than 262144 bytes");
        Files.writeString(
                file, text.replace("weirStatement    1", "weirStatement    2").replace("waiting  ", "later    "));
        assertThat(refusal(file.toString())).isNotEmpty();
        Files.writeString(file, text.replace("weirStatement    1", "weirStatement    2") + "more             1\n");
        assertThat(refusal(file.toString())).contains("is a statement of version 2");
        Files.writeString(file, json.replace("\"weirStatement\":1", "\"weirStatement\":2,\"more\":1"));
        assertThat(refusal(file.toString())).contains("is a statement of version 2");
        for (String each : List.of(
                json.replace("{\"", "{\"signature\":" + "[".repeat(5_000) + ",\""),
                json.replace("{\"", "{\"up\":14,\""),
                json.replace("{\"", "{" + "\"a\":1,".repeat(30_000) + "\""),
                json.replace("\"up\":14", "\"up\":14.0"),
                json.replace("\"up\":14", "\"up\":\"14\""),
                json.replace("\"up\":14", "\"up\":" + "9".repeat(5_000)),
                json + json)) {
            Files.writeString(file, each);
            Run run = verify(data, file);
            assertThat(run.status()).isEqualTo(ExitStatus.VIOLATED);
            assertThat(run.err().lines()).singleElement().asString().contains("was changed");
        }
    }

    @Test
    void whateverSomebodyWritesIntoAFieldIsComparedAndNamed() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        SignedStatement real = StatementFile.parse(Files.readAllBytes(stated("text", "--session", "1001")));
        Path file = other.resolve("file");

        for (StatementField field : StatementField.values()) {
            for (String value : hostileValues(field)) {
                Map<StatementField, String> values = new EnumMap<>(StatementField.class);
                for (StatementField each : StatementField.values()) {
                    String stated = real.find(each);
                    if (stated != null) {
                        values.put(each, stated);
                    }
                }
                values.put(field, value);
                SignedStatement forged = new SignedStatement(values, real.signature());
                Files.writeString(file, value.length() % 2 == 0 ? forged.text() : forged.json());

                Run run = verify(data, file);

                assertThat(run.status())
                        .as("%s %s: %s", field, value, run.err())
                        .isEqualTo(ExitStatus.VIOLATED);
                assertThat(run.out() + run.err()).containsAnyOf("did not sign this", "was changed", "none of those");
                assertThat(run.err()).doesNotContain("Exception");
            }
        }
    }

    private static List<String> hostileValues(StatementField field) {
        return switch (field.kind()) {
            case NUMBER -> List.of("-9223372036854775808", "9223372036854775807", "2");
            case TIME -> List.of("0000-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z");
            case WORD -> List.of("client", "user", "x");
            case HEX -> List.of("0".repeat(64), "f".repeat(64));
            case TEXT -> List.of("", "-1", "x".repeat(5_000), "\uD800", HOSTILE_USER);
        };
    }

    private String refusal(String file) {
        Run run = Run.of(data, "verify", "--statement", file);
        if (run.status() != ExitStatus.VIOLATED) {
            assertThat(run.status()).as(file).isEqualTo(ExitStatus.UNREADABLE);
        }
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        return run.err();
    }

    @Test
    void aStatementComesFromTheStandardInputAndGoesToAFileThatWasNotThere() throws Exception {
        SeededJournal.writeSealed(data, twoHours());
        Path file = other.resolve("statement.txt");

        Run written = Run.of(data, "statement", "--session", "1002", "--out", file.toString());
        Run again = Run.of(data, "statement", "--session", "1002", "--out", file.toString());

        assertThat(written.status()).isZero();
        assertThat(written.out()).isEmpty();
        assertThat(again.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(again.err()).contains("is there already");
        InputStream standard = System.in;
        try {
            System.setIn(new ByteArrayInputStream(Files.readAllBytes(file)));
            assertThat(Run.of(data, "verify", "--statement", "-").status()).isZero();
        } finally {
            System.setIn(standard);
        }
    }

    @Test
    void whatCanNotBeAskedIsWrongUsage() {
        SeededJournal.writeSealed(
                data,
                List.of(
                        new Step(BEGIN, start(1)),
                        new Step(BEGIN + 1, new NodeStopped(2_000)),
                        new Step(BEGIN + 2, SeededJournal.SEAL)));

        for (List<String> each : List.of(
                List.<String>of(),
                List.of("--user", ""),
                List.of("--client", ""),
                List.of("--session", "0"),
                List.of("--session", "1", "--user", "alice"),
                List.of("--user", "a", "--from", "-1h", "--to", "-2h"))) {
            assertThat(Run.of(data, with(each.toArray(String[]::new), "statement"))
                            .status())
                    .isEqualTo(ExitStatus.USAGE);
        }
        assertThat(Run.of(data, "verify", "--statement", "x", "--seals-only").status())
                .isEqualTo(ExitStatus.USAGE);
        assertThat(Run.of(data, "statement", "--user", "nobody").err()).contains("nothing of user nobody");
    }
}
