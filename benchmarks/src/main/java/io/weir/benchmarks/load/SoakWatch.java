package io.weir.benchmarks.load;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Looks at a Weir again and again while a load runs. A thread of its own; {@link #samples} from any. */
final class SoakWatch implements AutoCloseable {
    private final SoakSampler sampler;
    private final Duration every;
    private final long inAll;
    private final long perThird;
    private final PrintWriter raw;
    private final List<SoakSample> samples = new ArrayList<>(); // guarded by itself
    private final Thread thread;

    SoakWatch(SoakSampler sampler, Duration every, Duration inAll, PrintWriter raw) {
        this.sampler = sampler;
        this.every = every;
        this.raw = raw;
        this.inAll = Math.max(3, inAll.toMillis() / every.toMillis());
        perThird = this.inAll / 3;
        thread = new Thread(this::run, "load-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            for (long count = 1; count <= inAll; count++) {
                Thread.sleep(every.toMillis());
                SoakSample sample = sampler.sample(count % perThird == 0);
                synchronized (samples) {
                    samples.add(sample);
                }
                raw.println(Json.line(sample.toMap()));
                raw.flush();
                System.err.printf(
                        Locale.ROOT,
                        "soak: %.0f s, %,d sessions, heap %,d KiB, resident %,d KiB, %d files%n",
                        sample.atSeconds(),
                        sample.sessions(),
                        sample.heap() >> 10,
                        sample.resident() >> 10,
                        sample.files());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the end
        } catch (IOException e) {
            System.err.println("soak: no more samples: " + e);
        }
    }

    List<SoakSample> samples() {
        synchronized (samples) {
            return List.copyOf(samples);
        }
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sampler.close();
    }
}
