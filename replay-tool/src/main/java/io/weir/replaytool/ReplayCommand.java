package io.weir.replaytool;

import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.replay.Replay;
import io.weir.aggregator.replay.ReplayOptions;
import io.weir.aggregator.replay.ReplayRange;
import io.weir.aggregator.replay.ReplaySpeed;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code weir replay}: plays a journal again, in the dashboard or as lines of JSON. Only reads; the caller's thread. */
@Command(
        name = "replay",
        description = {
            "Plays a journal again, as it was: in the dashboard (--serve), or event by event for other programs (--to);",
            "or its traffic: the recorded requests to their origins (--send), or the recorded responses to clients (--serve-responses).",
            "It writes nothing and takes no lock, so it also works beside a proxy that runs. What is played is what was journaled when it began.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  weir replay --serve --gateway 127.0.0.1:9091 --from -1h --speed 10x",
            "  weir replay --to jsonl --from 2026-11-23T14:00:00Z --to 2026-11-23T15:00:00Z --speed 1x | …",
            "  weir replay --send --from -1h --speed 1x --origin http://127.0.0.1:8000",
            "  weir replay --serve-responses --listen 127.0.0.1:9092",
            "  weir replay --to null                     how fast it is, and the hash of the state at the end"
        },
        sortOptions = false,
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all was played",
            "1:events are missing or contradict each other, an answer differs or fails, or the address is taken",
            "2:the journal can't be read",
            "64:wrong usage, or a range in which there is nothing"
        })
public final class ReplayCommand implements Callable<Integer> {
    /** Shows a replay to browsers. */
    @FunctionalInterface
    public interface Server {
        /**
         * Begins to, and closes the replay when that is over.
         *
         * @param data the data folder, or one that holds a journal alone
         * @param countingSinceMillis when the journal's first event happened, in ms since the epoch; 0 if it is not there any more
         * @return the exit status
         */
        int serve(Path data, Replay replay, long countingSinceMillis);
    }

    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Option(
            names = "--serve",
            description = "Show it in the dashboard, with a bar to play, halt, step and go to a time.")
    private boolean serve;

    @Option(
            names = "--to",
            paramLabel = "jsonl|null|WHEN",
            description = {
                "jsonl: print each event as a line of JSON, as weir journal cat does. null: print none.",
                "WHEN: where to end, " + Place.FORMS + ". It may be given for both."
            })
    private List<String> to = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "WHEN",
            converter = Place.Places.class,
            description =
                    "Where to begin, in the same forms. Sequences belong to it at both ends, an instant at its beginning only.")
    private @Nullable Place from;

    @Option(
            names = "--speed",
            paramLabel = "1x|10x|max",
            converter = Speeds.class,
            description = "How fast (default: 1x with --serve and --send, else max).")
    private @Nullable ReplaySpeed speed;

    @Option(
            names = "--max-pause",
            paramLabel = "TIME",
            converter = Pauses.class,
            description = "Shorten pauses that would last longer: 500ms, 10s, 1m (default: as long as they were).")
    private Duration maxPause = Duration.ZERO;

    @Option(names = "--step", description = "Begin halted; with --to each line on the standard input plays one event.")
    private boolean step;

    @Mixin
    private TrafficOptions traffic = new TrafficOptions();

    private final Server server;

    /** @param server used with {@code --serve} only */
    public ReplayCommand(Server server) {
        this.server = server;
    }

    @Override
    public Integer call() {
        String output = output();
        if (Stream.of(serve, !output.isEmpty(), traffic.isSend(), traffic.isServe())
                        .filter(each -> each)
                        .count()
                != 1) {
            throw journal.wrongUsage(
                    "say what to do: one of --serve, --to jsonl, --to null, --send and --serve-responses");
        }
        Place end = end();
        try (JournalReader reader = journal.open()) {
            JournalLocator locator = journal.locator(reader, ReadProgress.NONE);
            long first = from == null ? 1 : from.first(locator);
            long last = end == null ? Long.MAX_VALUE : end.last(locator);
            ReplayRange range = ReplayRange.of(first, last, locator);
            if (range.isEmpty()) {
                return nothing(locator);
            }
            if (traffic.isSend()) {
                return new TrafficReplay(journal, traffic)
                        .send(reader, range, speed == null ? ReplaySpeed.AS_IT_WAS : speed);
            }
            if (traffic.isServe()) {
                return new TrafficReplay(journal, traffic).serve(reader, range);
            }
            return play(range, output, locator);
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }

    private int play(ReplayRange range, String output, JournalLocator locator) {
        ReplaySpeed wanted = speed == null ? (serve ? ReplaySpeed.AS_IT_WAS : ReplaySpeed.MAX) : speed;
        ReplayOptions options = new ReplayOptions(wanted, maxPause, step);
        if (serve) {
            long since = locator.first().sequence() == 1 ? locator.first().atMillis() : 0;
            return server.serve(journal.data(), Replay.start(journal.folder(), range, options), since);
        }
        return new EventReplay(journal, output.equals("jsonl")).play(range, options);
    }

    private int nothing(JournalLocator locator) {
        if (locator.first().sequence() == 0) {
            return journal.refuse(FaultKind.NOT_A_JOURNAL, "journal " + journal.folder() + ": holds no event");
        }
        journal.complain("the journal has no event in that range");
        return ExitStatus.USAGE;
    }

    private static boolean isOutput(String text) {
        return text.equals("jsonl") || text.equals("null");
    }

    private String output() {
        List<String> outputs = to.stream().filter(ReplayCommand::isOutput).toList();
        if (outputs.size() > 1) {
            throw journal.wrongUsage("--to jsonl and --to null exclude each other, and are given once");
        }
        return outputs.isEmpty() ? "" : outputs.get(0);
    }

    private @Nullable Place end() {
        List<String> ends = to.stream().filter(each -> !isOutput(each)).toList();
        if (ends.size() > 1) {
            throw journal.wrongUsage("--to names two ends: " + ends.get(0) + " and " + ends.get(1));
        }
        try {
            return ends.isEmpty() ? null : Place.parse(ends.get(0), Instant.now());
        } catch (TypeConversionException e) {
            throw journal.wrongUsage("--to: " + e.getMessage());
        }
    }

    /** For picocli. */
    static final class Speeds implements ITypeConverter<ReplaySpeed> {
        @Override
        public ReplaySpeed convert(String text) {
            try {
                return ReplaySpeed.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** For picocli. */
    static final class Pauses implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            if (!text.matches("\\d{1,9}(ms|s|m)")) {
                throw new TypeConversionException("'" + text + "' is no time: a number and ms, s or m, such as 10s");
            }
            long number = Long.parseLong(text.replaceAll("\\D", ""));
            return text.endsWith("ms")
                    ? Duration.ofMillis(number)
                    : text.endsWith("s") ? Duration.ofSeconds(number) : Duration.ofMinutes(number);
        }
    }
}
