package io.weir.replaytool;

import io.weir.aggregator.OfflineLedger;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.PrunePlan;
import io.weir.aggregator.journal.RetentionPolicy;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code weir journal prune}: removes the oldest files of a journal that no node writes, as far as the rest can be read and proved
 * without them. That they went is in the journal before they go.
 */
@Command(
        name = "prune",
        description = {
            "Removes the oldest files of a journal that no node writes. The totals survive: they are in the first checkpoint that stays.",
            "A running node prunes by itself: weir proxy --journal-keep-for, --journal-keep-size."
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE)
final class JournalPruneCommand implements Callable<Integer> {
    private static final String BY = "weir journal prune";

    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Option(
            names = "--keep-for",
            paramLabel = "AGE",
            converter = AgeConverter.class,
            description = "Remove what is older: 90s, 30m, 12h, 30d.")
    private @Nullable Duration keepFor;

    @Option(
            names = "--keep-size",
            paramLabel = "SIZE",
            converter = FileSizeConverter.class,
            description = "Remove the oldest files until the others have so many bytes at most: 500MiB, 50GiB.")
    private long keepBytes;

    @Option(names = "--dry-run", description = "Only say what would be removed.")
    private boolean isRehearsal;

    JournalPruneCommand() {}

    @Override
    public Integer call() {
        RetentionPolicy policy = new RetentionPolicy(keepFor, keepBytes);
        if (!policy.letsGo()) {
            throw journal.wrongUsage("say what to keep: --keep-for AGE, --keep-size SIZE, or both");
        }
        try {
            return isRehearsal ? rehearse(policy) : prune(policy);
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            journal.complain("the journal can't be written: " + e.getMessage());
            return ExitStatus.UNREADABLE;
        }
    }

    private int rehearse(RetentionPolicy policy) {
        journal.open().close(); // says what is wrong if there is none
        boolean isSealed = SealKey.find(journal.sealFolder()).isPresent();
        Optional<PrunePlan> plan = PrunePlan.of(journal.folder(), policy, isSealed, System.currentTimeMillis());
        try (CommandOutput out = journal.output()) {
            plan.ifPresentOrElse(found -> print(out, "would remove", found), () -> nothing(out));
        }
        return ExitStatus.OK;
    }

    private int prune(RetentionPolicy policy) throws IOException {
        journal.open().close();
        Path folder = journal.folder();
        SealKey key = SealKey.find(journal.sealFolder()).orElse(null);
        try (OfflineLedger ledger = OfflineLedger.open(folder, key, System::currentTimeMillis);
                CommandOutput out = journal.output()) {
            if (key == null && ledger.hasSeals()) {
                journal.complain("the journal is sealed and its key is not in " + journal.sealFolder()
                        + ": nobody could prove afterwards that it was pruned. Prune it where the key is");
                return ExitStatus.UNREADABLE;
            }
            if (CheckpointHint.read(folder).isEmpty()) { // lost, or never written: now it is known where a start begins
                ledger.checkpoint();
                ledger.finish();
            }
            Optional<PrunePlan> found = PrunePlan.of(folder, policy, key != null, System.currentTimeMillis());
            if (found.isEmpty()) {
                nothing(out);
                return ExitStatus.OK;
            }
            PrunePlan plan = found.get();
            ledger.record(new JournalPruned(
                    plan.firstKept(), plan.sinceMillis(), plan.files().size(), plan.bytes(), BY, policy.describe()));
            ledger.finish();
            plan.carryOut(folder);
            print(out, "removed", plan);
            return ExitStatus.OK;
        }
    }

    private static void nothing(CommandOutput out) {
        out.println("nothing to remove: every file is to be kept, or the rest can't be read and proved without it");
    }

    private static void print(CommandOutput out, String done, PrunePlan plan) {
        out.println(done + " " + Figures.counted(plan.files().size(), "file") + ", " + Figures.human(plan.bytes())
                + ": " + plan.files().get(0) + " to "
                + plan.files().get(plan.files().size() - 1));
        out.println("the journal begins with sequence " + plan.firstKept() + "; its totals go back to "
                + Figures.time(plan.sinceMillis()));
    }
}
