package io.weir.aggregator;

import static java.util.Objects.requireNonNull;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.QuotaWarned;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Writes a journal in which users move bytes at random, by a clock that goes on over the end of a month, steps back over midnight and forth again; and adds up by itself what
 * they have moved: the model that the fold is compared with.
 */
final class UsageStory {
    private static final long BEGIN = Instant.parse("2026-11-30T22:00:00Z").toEpochMilli();
    private static final long FIRST_DAY = LocalDate.of(2026, 11, 29).toEpochDay();

    /** By user, then by period as the ledger writes it. */
    final Map<String, Map<String, Long>> used = new TreeMap<>();

    final LedgerFold fold = new LedgerFold();
    private final Random random;
    private final LedgerWriter writer;
    private final Map<Long, SessionOpened> open = new LinkedHashMap<>();
    private final Map<Long, Counts> sums = new LinkedHashMap<>();
    private long at = BEGIN;
    private long latestDay = FIRST_DAY + 1;
    private long lastId;

    UsageStory(long seed, FailingJournal journal, Path folder) {
        random = new Random(seed);
        writer = new LedgerWriter(journal, folder, fold, new RecentExchanges(), Sealer.none(), "");
    }

    void tell(int steps) throws IOException {
        writer.write(new NodeStarted("node", 1, "test", 1, 1L << 40), at);
        for (int i = 0; i < steps; i++) {
            moveClock();
            writeBatch();
            if (random.nextInt(25) == 0) {
                writer.writeCheckpoint(at);
            }
        }
    }

    /** Two days are visited in turns at most, as the ledger keeps two of each user. */
    private void moveClock() {
        long step = random.nextInt(4) == 0 ? -random.nextInt(7_200_000) : random.nextInt(3_600_000);
        long day = Math.floorDiv(at + step, Periods.DAY_MILLIS);
        if (day >= latestDay - 1) {
            at += step;
            latestDay = Math.max(latestDay, day);
        }
    }

    private void writeBatch() throws IOException {
        EventBatch batch = new EventBatch();
        for (int i = 1 + random.nextInt(8); i > 0; i--) {
            int dice = random.nextInt(10);
            List<Long> ids = new ArrayList<>(open.keySet());
            if (ids.isEmpty() || dice < 2) {
                open(batch);
            } else if (dice < 3) {
                close(batch, ids.get(random.nextInt(ids.size())));
            } else if (dice < 4 && !used.isEmpty()) {
                warn(batch);
            } else {
                move(batch, ids.get(random.nextInt(ids.size())));
            }
        }
        writer.write(batch, at);
    }

    private void open(EventBatch batch) {
        long id = ++lastId;
        List<Long> roots = open.values().stream()
                .filter(SessionOpened::isRoot)
                .map(SessionOpened::sessionId)
                .toList();
        boolean isChild = !roots.isEmpty() && random.nextInt(3) == 0;
        long root = isChild ? roots.get(random.nextInt(roots.size())) : 0;
        String user = isChild ? session(root).user() : random.nextInt(4) == 0 ? "" : "user" + random.nextInt(15);
        var opened = new SessionOpened(
                id, root, SessionProtocol.HTTP_MITM, "GET", "a.example", "http://a.example/", "192.0.2.1:5", user);
        open.put(id, opened);
        sums.put(id, new Counts());
        batch.add(at, opened);
    }

    private void move(EventBatch batch, long id) {
        Counts delta = new Counts();
        delta.set(bytes(), bytes(), bytes(), bytes(), bytes(), 1 + bytes());
        requireNonNull(sums.get(id)).addExact(delta);
        batch.transferred(0, at, id, delta);
        SessionOpened opened = session(id);
        if (opened.isRoot() && !opened.user().isEmpty()) {
            long moved = delta.up() + delta.down() + delta.overheadUp() + delta.overheadDown();
            Map<String, Long> byPeriod = used.computeIfAbsent(opened.user(), user -> new TreeMap<>());
            LocalDate date = Instant.ofEpochMilli(at).atZone(ZoneOffset.UTC).toLocalDate();
            byPeriod.merge(date.toString(), moved, Long::sum);
            byPeriod.merge(YearMonth.from(date).toString(), moved, Long::sum);
        }
    }

    private SessionOpened session(long id) {
        return requireNonNull(open.get(id));
    }

    private int bytes() {
        return random.nextInt(3) == 0 ? 0 : random.nextInt(1_000_000);
    }

    private void warn(EventBatch batch) {
        List<String> users = List.copyOf(used.keySet());
        String user = users.get(random.nextInt(users.size()));
        List<String> periods = List.copyOf(requireNonNull(used.get(user)).keySet());
        batch.add(at, new QuotaWarned(user, periods.get(random.nextInt(periods.size())), 5, 1 + random.nextInt(9)));
    }

    private void close(EventBatch batch, long id) {
        for (SessionOpened child : List.copyOf(open.values())) {
            if (child.parentId() == id) {
                closeOne(batch, child.sessionId());
            }
        }
        closeOne(batch, id);
    }

    private void closeOne(EventBatch batch, long id) {
        open.remove(id);
        batch.add(
                at,
                new SessionClosed(
                        id,
                        CloseReason.COMPLETED,
                        200,
                        requireNonNull(sums.remove(id)).toTally()));
    }
}
