package io.weir.benchmarks;

import java.io.IOException;
import java.util.stream.Stream;

/** Runs the benchmarks as JMH's own command does, and always with the figure of what an operation allocates. */
public final class Main {
    private Main() {}

    /**
     * Runs them.
     *
     * @param args JMH's; {@code -h} lists them
     */
    public static void main(String[] args) throws IOException {
        org.openjdk.jmh.Main.main(
                Stream.concat(Stream.of("-prof", "gc"), Stream.of(args)).toArray(String[]::new));
    }
}
