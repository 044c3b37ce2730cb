package io.weir.replaytool;

import io.weir.aggregator.LedgerFold;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What an audit shall add up beside the proof: by what, when, and which sessions. */
final class StatementOptions {
    private static final int GROUPS_SHOWN = 1_000;

    @Option(
            names = "--by",
            paramLabel = "GROUP",
            converter = Groupings.class,
            completionCandidates = Groupings.class,
            description = "Add root sessions up by ${COMPLETION-CANDIDATES}.")
    private @Nullable Grouping by;

    @Mixin
    private TimeOptions times = new TimeOptions();

    @Mixin
    private FilterOptions filters = new FilterOptions();

    /** Whether a statement is wanted at all. */
    boolean isGiven() {
        return by != null || times.isGiven() || filters.isGiven();
    }

    void requireUsable(JournalAccess journal) {
        times.requireOrder(journal);
    }

    Statement statement(LedgerFold fold) {
        Grouping grouping = by;
        return new Statement(
                fold,
                grouping == null ? Grouping.ALL : grouping,
                EventRange.ofTime(times.fromMillis(), times.toMillis()),
                new Subject.Filtered(filters.filter()),
                GroupTable.GROUPS_HELD);
    }

    /** How many groups to show. */
    static int shown(@Nullable Integer top) {
        return top == null ? GROUPS_SHOWN : Math.min(top, GroupTable.GROUPS_HELD);
    }

    /** Reads a grouping by its name, and lists the names. */
    static final class Groupings implements ITypeConverter<Grouping>, Iterable<String> {
        @Override
        public Grouping convert(String name) {
            return named().filter(each -> each.toString().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + name + "' is no group; there are " + String.join(", ", this)));
        }

        @Override
        public Iterator<String> iterator() {
            List<String> names = new ArrayList<>();
            named().forEach(each -> names.add(each.toString()));
            return names.iterator();
        }

        private static Stream<Grouping> named() {
            return Arrays.stream(Grouping.values()).filter(each -> each != Grouping.ALL);
        }
    }
}
