package io.weir.benchmarks;

import io.weir.proxyengine.rules.Abilities;
import io.weir.proxyengine.rules.Asked;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.rules.Scheme;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a session pay for a rule with a list of names, small or of a million, whether it is met or not; and how long does such a list
 * take to be read? The hosts that are asked for are in no order, and too many for a cache.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
public class MatchRules {
    private static final int ASKED = 1 << 16;

    /** How many names are in the list. */
    @Param({"1000", "1000000"})
    public int names;

    private final InetAddress client = InetAddress.getLoopbackAddress();
    private final String[] hits = new String[ASKED];
    private final String[] misses = new String[ASKED];
    private Path folder = Path.of("");
    private RuleSource source = new RuleSource.OfFile(folder);
    private Rules rules =
            LiveRules.read(new RuleSource.Given(io.weir.proxyengine.rules.RuleSet.NONE, folder), Abilities.ALL);
    private int next;

    /** Writes the list and reads it. */
    @Setup
    public void readRules() throws IOException {
        var random = new SplittableRandom(42);
        folder = Files.createTempDirectory("weir-rules");
        List<String> lines = new ArrayList<>(names);
        for (int i = 0; i < names; i++) {
            lines.add(name(random) + ".example");
        }
        Files.write(folder.resolve("names"), lines);
        Files.writeString(folder.resolve("rules"), "refuse host=list:names");
        for (int i = 0; i < ASKED; i++) {
            hits[i] = "www." + lines.get(random.nextInt(names));
            misses[i] = "www." + name(random) + ".test";
        }
        source = new RuleSource.OfFile(folder.resolve("rules"));
        rules = LiveRules.read(source, Abilities.ALL);
        System.out.println("bytes a name: " + (double) rules.bytes() / names);
    }

    /** 6 to 20 letters, as names of hosts have. */
    private static String name(SplittableRandom random) {
        var name = new StringBuilder();
        for (int i = random.nextInt(6, 21); i > 0; i--) {
            name.append((char) ('a' + random.nextInt(26)));
        }
        return name.toString();
    }

    /** Removes what was written. */
    @TearDown
    public void removeFiles() throws IOException {
        Files.delete(folder.resolve("names"));
        Files.delete(folder.resolve("rules"));
        Files.delete(folder);
    }

    private int find(String host) {
        next = (next + 1) & (ASKED - 1);
        return rules.find(new Asked(Scheme.CONNECT, "CONNECT", host, 443, "", client, "main"), null, 0);
    }

    /** A host below a name of the list. */
    @Benchmark
    public int hit() {
        return find(hits[next]);
    }

    /** A host that is not in the list. */
    @Benchmark
    public int miss() {
        return find(misses[next]);
    }

    /** Reads the list. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Rules load() {
        return LiveRules.read(source, Abilities.ALL);
    }
}
