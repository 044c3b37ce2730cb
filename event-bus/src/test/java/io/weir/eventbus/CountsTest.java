package io.weir.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("jdk")
class CountsTest {
    /** One of the six counts: how to add to it, how to read it, there and in a tally. */
    record Count(String name, ObjLongConsumer<Counts> add, ToLongFunction<Counts> read, ToLongFunction<Tally> inTally) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Count> six() {
        return List.of(
                new Count("up", Counts::addUp, Counts::up, Tally::up),
                new Count("down", Counts::addDown, Counts::down, Tally::down),
                new Count("overheadUp", Counts::addOverheadUp, Counts::overheadUp, Tally::overheadUp),
                new Count("overheadDown", Counts::addOverheadDown, Counts::overheadDown, Tally::overheadDown),
                new Count("originUp", Counts::addOriginUp, Counts::originUp, Tally::originUp),
                new Count("originDown", Counts::addOriginDown, Counts::originDown, Tally::originDown));
    }

    @ParameterizedTest
    @MethodSource("six")
    void eachCountIsItsOwn(Count count) {
        var counts = new Counts();

        count.add.accept(counts, 41);
        count.add.accept(counts, 1);

        assertThat(counts.isZero()).isFalse();
        assertThat(count.read.applyAsLong(counts)).isEqualTo(42);
        assertThat(count.inTally.applyAsLong(counts.toTally())).isEqualTo(42);
        assertThat(six().stream()
                        .mapToLong(other -> other.read.applyAsLong(counts))
                        .sum())
                .isEqualTo(42);
        assertThat(counts.matches(counts.toTally())).isTrue();
        assertThat(counts.matches(Tally.ZERO)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("six")
    void anAdditionThatOverflowsAddsNothing(Count count) {
        var counts = new Counts();
        count.add.accept(counts, Long.MAX_VALUE);

        assertThatThrownBy(() -> count.add.accept(counts, 1)).isInstanceOf(ArithmeticException.class);

        assertThat(count.read.applyAsLong(counts)).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @MethodSource("six")
    void aSumThatOverflowsInOneCountAddsNoneOfTheSix(Count count) {
        var counts = new Counts();
        counts.set(1, 2, 3, 4, 5, 6);
        var addend = new Counts();
        addend.set(10, 10, 10, 10, 10, 10);
        count.add.accept(addend, Long.MAX_VALUE - 10);

        assertThatThrownBy(() -> counts.addExact(addend)).isInstanceOf(ArithmeticException.class);

        assertThat(counts.toTally()).isEqualTo(new Tally(1, 2, 3, 4, 5, 6));
    }

    @Test
    void sumsAreExactUpToTheLargestLong() {
        var counts = new Counts();
        counts.set(Long.MAX_VALUE - 1, 0, 0, 0, 0, 0);
        var one = new Counts();
        one.addUp(1);

        counts.addExact(one);

        assertThat(counts.toTally()).isEqualTo(new Tally(Long.MAX_VALUE, 0, 0, 0, 0, 0));
    }

    @Test
    void aCopyDoesNotFollowItsSource() {
        var source = new Counts();
        source.set(1, 2, 3, 4, 5, 6);
        var copy = new Counts();
        copy.set(source);

        source.clear();

        assertThat(source.isZero()).isTrue();
        assertThat(copy.toTally()).isEqualTo(new Tally(1, 2, 3, 4, 5, 6));
    }

    @ParameterizedTest
    @MethodSource("six")
    void aTallyRefusesANegativeCountAndNamesAllSix(Count count) {
        var counts = new Counts();
        count.add.accept(counts, -7);

        assertThatIllegalArgumentException()
                .isThrownBy(counts::toTally)
                .withMessageContaining("negative")
                .withMessageContaining(count.name + "=-7");
    }

    @Test
    void talliesAddCountByCount() {
        assertThat(new Tally(1, 2, 3, 4, 5, 6).plus(new Tally(10, 20, 30, 40, 50, 60)))
                .isEqualTo(new Tally(11, 22, 33, 44, 55, 66));
    }

    @Test
    void aTallyThatWouldOverflowThrows() {
        var most = new Tally(Long.MAX_VALUE, Long.MAX_VALUE, 1, 1, 0, 0);

        assertThatThrownBy(() -> most.plus(new Tally(1, 0, 0, 0, 0, 0))).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(most::receivedFromClient).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(most::deliveredToClient).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void whatCrossedTheClientSocketIsPayloadAndOverhead() {
        var tally = new Tally(1, 2, 30, 40, 500, 600);

        assertThat(tally.receivedFromClient()).isEqualTo(31);
        assertThat(tally.deliveredToClient()).isEqualTo(42);
    }
}
