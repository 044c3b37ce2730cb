package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.Tally;
import org.junit.jupiter.api.Test;

/** The fold knows which configuration is in force, also when it began with a checkpoint. */
class ConfigInForceTest {
    private static final long AT = 1_700_000_000_000L;

    private final LedgerFold whole = new LedgerFold();
    private long sequence;

    @Test
    void theLastChangeIsInForce() {
        assertThat(whole.config()).isEqualTo(new CheckpointConfig(0, ""));

        send(new NodeStarted("n", 1, "v", 1, 100), whole);
        send(new ConfigChanged(1, "aa", "by=start"), whole);
        send(new ConfigChanged(2, "bb", "by=sighup"), whole);

        assertThat(whole.config()).isEqualTo(new CheckpointConfig(2, "bb"));
        assertThat(whole.violations()).isZero();
    }

    @Test
    void whoBeginsWithACheckpointKnowsItToo() {
        send(new NodeStarted("n", 1, "v", 1, 100), whole);
        send(new ConfigChanged(7, "aa", ""), whole);
        var late = new LedgerFold();
        checkpoint(new CheckpointConfig(7, "aa"), whole, late);

        assertThat(late.config()).isEqualTo(whole.config()).isEqualTo(new CheckpointConfig(7, "aa"));
        assertThat(whole.violations() + late.violations()).isZero();
        send(new ConfigChanged(8, "bb", ""), whole, late);
        checkpoint(new CheckpointConfig(8, "bb"), whole, late);
        assertThat(late.config()).isEqualTo(new CheckpointConfig(8, "bb"));
        assertThat(whole.violations() + late.violations()).isZero();
    }

    @Test
    void aCheckpointThatSaysAnotherIsAViolation() {
        send(new NodeStarted("n", 1, "v", 1, 100), whole);
        send(new ConfigChanged(1, "aa", ""), whole);
        checkpoint(new CheckpointConfig(1, "bb"), whole);

        assertThat(whole.violations()).isEqualTo(1);
    }

    private void checkpoint(CheckpointConfig config, LedgerFold... folds) {
        long begun = sequence + 1;
        send(new CheckpointBegun(1, 100, 0, folds[0].violationsRecorded(), Tally.ZERO, 0), folds);
        send(config, folds);
        send(new CheckpointEnded(begun), folds);
    }

    private void send(LedgerEvent event, LedgerFold... folds) {
        sequence++;
        for (LedgerFold fold : folds) {
            fold.event(sequence, AT, event);
        }
    }
}
