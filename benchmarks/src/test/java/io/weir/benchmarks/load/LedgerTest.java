package io.weir.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.benchmarks.load.LedgerTotals.Counts;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final String TOTALS = "\"totals\":{\"up\":11,\"down\":22,\"overheadUp\":3,\"overheadDown\":4,"
            + "\"originUp\":11,\"originDown\":30},\"violations\":[],\"gaps\":[]}";
    private static final String ROWS = "\"rows\":["
            + "{\"id\":1,\"remote\":\"127.0.0.1:40000\",\"up\":10,\"down\":20,\"overheadUp\":1,\"overheadDown\":2},"
            + "{\"id\":2,\"remote\":\"127.0.0.101:40000\",\"up\":1,\"down\":2,\"overheadUp\":2,\"overheadDown\":2}],";

    private static LedgerTotals parse(String json, boolean withRows) throws Exception {
        return Ledger.parse(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), withRows);
    }

    private static Exactness compare(LedgerTotals after, Moved orderly, Moved resets) {
        LoadOptions options = LoadOptions.of(Scenario.MIXED, 1);
        var total = Map.of(Staff.Kind.PING, orderly, Staff.Kind.RESET, resets);
        var cost = new Cost(Duration.ofSeconds(1).toSeconds(), 0, 0, 0, 0, 0, 0);
        var result = new LoadResult(options, Moved.NOTHING, total, new Histogram(), 0, cost, null);
        return Exactness.compare(result, LedgerTotals.NOTHING, after);
    }

    private static Moved moved(long up, long down, long overheadUp, long overheadDown) {
        return new Moved(1, up, down, overheadUp, overheadDown, 1, 0, null);
    }

    @Test
    void theTotalsOfAnAuditAreRead() throws Exception {
        LedgerTotals totals = parse("{\"verdict\":\"ok\",\"sequence\":9,\"sessions\":2,\"open\":1," + TOTALS, false);

        assertThat(totals).isEqualTo(new LedgerTotals(true, 2, 1, new Counts(11, 22, 3, 4), Counts.NOTHING));
    }

    @Test
    void resetsAreToldApartByTheirAddress() throws Exception {
        LedgerTotals totals = parse("{" + ROWS + "\"verdict\":\"ok\",\"sessions\":2,\"open\":0," + TOTALS, true);

        assertThat(totals.isOk()).isTrue();
        assertThat(totals.orderly()).isEqualTo(new Counts(10, 20, 1, 2));
        assertThat(totals.resets()).isEqualTo(new Counts(1, 2, 2, 2));
    }

    @Test
    void rowsThatDoNotAddUpAreNotOk() throws Exception {
        LedgerTotals totals = parse("{\"rows\":[],\"verdict\":\"ok\",\"sessions\":2,\"open\":0," + TOTALS, true);

        assertThat(totals.isOk()).isFalse();
    }

    @Test
    void oneByteIsADifference() throws Exception {
        LedgerTotals after = parse("{" + ROWS + "\"verdict\":\"ok\",\"sessions\":2,\"open\":0," + TOTALS, true);

        assertThat(compare(after, moved(10, 20, 1, 2), moved(1, 2, 2, 2)).isExact())
                .isTrue();
        assertThat(compare(after, moved(10, 21, 1, 2), moved(1, 2, 2, 2)).isExact())
                .isFalse();
        assertThat(compare(after, moved(10, 20, 1, 3), moved(1, 2, 2, 2)).isExact())
                .isFalse();
    }

    @Test
    void ofAResetOnlyWhatWasOnItsWayDownMayDiffer() throws Exception {
        LedgerTotals after = parse("{" + ROWS + "\"verdict\":\"ok\",\"sessions\":2,\"open\":0," + TOTALS, true);

        assertThat(compare(after, moved(10, 20, 1, 2), moved(1, 1, 2, 2)).isExact())
                .isTrue();
        assertThat(compare(after, moved(10, 20, 1, 2), moved(1, 3, 2, 2)).isExact())
                .isFalse();
        assertThat(compare(after, moved(10, 20, 1, 2), moved(0, 2, 2, 2)).isExact())
                .isFalse();
    }

    @Test
    void openSessionsAndViolationsAreNotExact() throws Exception {
        LedgerTotals open = parse("{\"verdict\":\"ok\",\"sessions\":1,\"open\":1," + TOTALS, false);
        LedgerTotals violated = parse("{\"verdict\":\"violated\",\"sessions\":1,\"open\":0," + TOTALS, false);

        assertThat(compare(open, moved(11, 22, 3, 4), Moved.NOTHING).isExact()).isFalse();
        assertThat(compare(violated, moved(11, 22, 3, 4), Moved.NOTHING).isExact())
                .isFalse();
    }
}
