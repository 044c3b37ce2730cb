package io.weir.benchmarks.load;

import io.weir.benchmarks.load.LedgerTotals.Counts;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/** Asks {@code weir audit --json} for what the journal of a Weir says; that runs beside it and changes nothing. */
final class Ledger {
    private static final Duration TO_SETTLE = Duration.ofSeconds(30);
    private static final String ORIGIN_OF_RESETS = Route.SOURCE_OF_RESETS + ":";

    private final Path weir;
    private final Path data;

    Ledger(Path weir, Path data) {
        this.weir = weir;
        this.data = data;
    }

    /**
     * The totals once all sessions are closed, or after half a minute.
     *
     * @param withRows whether to add up the sessions one by one and tell the resets apart; takes longer
     */
    LedgerTotals settled(boolean withRows) throws IOException, InterruptedException {
        long end = System.nanoTime() + TO_SETTLE.toNanos();
        LedgerTotals totals = read(false);
        while (totals.open() > 0 && System.nanoTime() < end) {
            Thread.sleep(200);
            totals = read(false);
        }
        return withRows ? read(true) : totals;
    }

    private LedgerTotals read(boolean withRows) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(weir.toString(), "audit", "--json", "--data", data.toString()));
        if (withRows) {
            command.add("--sessions");
        }
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        LedgerTotals totals;
        try (InputStream output = process.getInputStream()) {
            totals = parse(output, withRows);
        }
        int status = process.waitFor();
        if (status > 1) {
            throw new IOException("weir audit ended with status " + status);
        }
        return totals;
    }

    static LedgerTotals parse(InputStream output, boolean withRows) throws IOException {
        boolean isOk = false;
        long sessions = 0;
        long open = 0;
        Counts all = Counts.NOTHING;
        Counts[] rows = {Counts.NOTHING, Counts.NOTHING};
        try (JsonParser json = Json.FACTORY.createParser(ObjectReadContext.empty(), output)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("weir audit printed no object");
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                switch (name) {
                    case "verdict" -> isOk = json.getString().equals("ok");
                    case "sessions" -> sessions = json.getLongValue();
                    case "open" -> open = json.getLongValue();
                    case "totals" -> all = counts(json).counts();
                    case "rows" -> addRows(json, rows);
                    default -> {
                        if (value.isStructStart()) {
                            json.skipChildren();
                        }
                    }
                }
            }
        }
        if (withRows && !rows[0].plus(rows[1]).equals(all)) {
            isOk = false;
        }
        return new LedgerTotals(isOk, sessions, open, withRows ? rows[0] : all, rows[1]);
    }

    private static void addRows(JsonParser json, Counts[] rows) {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            Row row = counts(json);
            int kind = row.remote().startsWith(ORIGIN_OF_RESETS) ? 1 : 0;
            rows[kind] = rows[kind].plus(row.counts());
        }
    }

    /** A session. */
    private record Row(String remote, Counts counts) {}

    /** Reads an object that has the four counts, and perhaps whose they are. */
    private static Row counts(JsonParser json) {
        String remote = "";
        long up = 0;
        long down = 0;
        long overheadUp = 0;
        long overheadDown = 0;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "remote" -> remote = json.getString();
                case "up" -> up = json.getLongValue();
                case "down" -> down = json.getLongValue();
                case "overheadUp" -> overheadUp = json.getLongValue();
                case "overheadDown" -> overheadDown = json.getLongValue();
                default -> json.skipChildren();
            }
        }
        return new Row(remote, new Counts(up, down, overheadUp, overheadDown));
    }
}
