package io.weir.proxyengine.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules that change while they are in force. */
class LiveRulesTest {
    @TempDir
    Path folder;

    private void write(String name, String text) throws Exception {
        Path temporary = folder.resolve("temporary");
        Files.writeString(temporary, text);
        Files.move(
                temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private LiveRules open() {
        LiveRules live = LiveRules.open(new RuleSource.OfFile(folder.resolve("rules")), Abilities.ALL);
        live.onChange(live::replace);
        return live;
    }

    private static int place(LiveRules live, String host) {
        return live.current()
                .find(new Asked(Scheme.HTTP, "GET", host, 80, "", NaiveRules.inet("127.0.0.1"), "main"), null, 0);
    }

    @Test
    void aChangeOfTheFileOrOfAListCountsSoonAndOneWithFaultsChangesNothing() throws Exception {
        write("list", "a.example\n");
        write("rules", "refuse host=list:list");
        try (LiveRules live = open()) {
            Rules first = live.current();
            write("list", "b.example\n");
            await().atMost(Duration.ofSeconds(30)).until(() -> place(live, "b.example") == 0);
            assertThat(place(live, "a.example")).isEqualTo(1);
            assertThat(first.find(
                            new Asked(Scheme.HTTP, "GET", "a.example", 80, "", NaiveRules.inet("::1"), "m"), null, 0))
                    .isZero();

            write("rules", "refuse host=list:list\nrefuse hots=x");
            live.look();
            assertThat(place(live, "b.example")).isZero();
            write("rules", "refuse host=list:other");
            live.look();
            assertThat(place(live, "b.example")).isZero();
            write("other", "c.example\n");
            live.look();
            assertThat(place(live, "c.example")).isZero();
            assertThat(place(live, "b.example")).isEqualTo(1);
        }
    }

    @Test
    void aListThatHasNotChangedIsNotReadAgain() throws Exception {
        write("list", "a.example\n");
        write("rules", "refuse host=list:list");
        try (LiveRules live = open()) {
            LoadedList before = live.current().store().list("list");
            write("rules", "refuse host=list:list\nrefuse port=25");
            live.look();

            assertThat(live.current().size()).isEqualTo(2);
            assertThat(live.current().store().list("list")).isSameAs(before);
        }
    }

    @Test
    void countsOfARuleThatStaysGoOn() throws Exception {
        write("rules", "refuse host=a.example name=a\nrefuse host=b.example name=b");
        try (LiveRules live = open()) {
            live.current().at(0).count();
            live.current().at(1).count();
            write("rules", "allow port=80 name=new\nrefuse host=a.example name=a\nrefuse host=c.example name=b");
            live.look();

            assertThat(live.current().all().stream().map(CompiledRule::hits)).containsExactly(0L, 1L, 0L);
        }
    }

    @Test
    void whatWasReadIsInForceWhenItIsPutInForceAndIsNotReadForThatAgain() throws Exception {
        write("rules", "refuse host=a.example");
        try (LiveRules live = LiveRules.open(new RuleSource.OfFile(folder.resolve("rules")), Abilities.ALL)) {
            write("rules", "refuse host=b.example");
            live.look();
            List<LiveRules.Ready> told = new CopyOnWriteArrayList<>();
            assertThat(place(live, "a.example"))
                    .as("nobody is there to record it")
                    .isZero();

            live.onChange(told::add);
            live.look();
            assertThat(told).hasSizeBetween(1, 2); // weir-rules looks, too
            assertThat(place(live, "a.example")).as("it is not recorded yet").isZero();
            write("rules", "refuse hots=x");
            live.replace(told.get(0));

            assertThat(place(live, "b.example")).isZero();
            assertThat(live.isStale(told.get(0))).isTrue();
            live.look();
            assertThat(place(live, "b.example")).isZero();
        }
    }

    @Test
    void anotherCommentIsNoChange() throws Exception {
        write("rules", "refuse host=a.example name=a");
        try (LiveRules live = open()) {
            Rules before = live.current();
            write("rules", "# what nobody wants\nrefuse host=a.example name=a");
            live.look();

            assertThat(live.current()).isSameAs(before);
        }
    }
}
