package io.weir.benchmarks.load;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run from the first connection to the last. The caller's thread, which it blocks. */
final class LoadRun {
    private static final Duration TO_OPEN = Duration.ofMinutes(1);
    private static final Duration TO_LEAVE = Duration.ofSeconds(30);

    private final LoadOptions options;
    private final Staff staff;
    private final ProcessTree proxy;
    private final OperatingSystemMXBean self = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private @Nullable String trouble;

    private LoadRun(LoadOptions options, Staff staff) {
        this.options = options;
        this.staff = staff;
        proxy = new ProcessTree(options.pid());
    }

    /** CPU times so far, in seconds. */
    private record Times(long nanos, double proxy, double driver, double machine) {}

    /** Does what the options say, with an origin of its own if they name none. */
    static LoadResult run(LoadOptions options) throws IOException, InterruptedException {
        if (options.originPort() != 0) {
            return runAgainst(options);
        }
        try (Origin origin = Origin.start(0, options.targets(), options.threads())) {
            if (options.scenario().isIntercepted()) {
                origin.identity(); // takes a second, and now nobody waits for it
            }
            return runAgainst(options.through(options.proxy(), origin.port(), options.pid()));
        }
    }

    private static LoadResult runAgainst(LoadOptions options) throws IOException, InterruptedException {
        List<EventLoop> loops = EventLoop.start(options.threads(), "load-client");
        try {
            var route = new Route(
                    options.proxy(), options.originPort(), options.targets(), options.sources(), options.credentials());
            Tls tls = options.scenario() == Scenario.H2 ? Tls.client(Tls.H2) : Tls.client();
            return new LoadRun(options, new Staff(options, route, tls, loops)).run(loops);
        } finally {
            loops.forEach(EventLoop::close);
        }
    }

    private LoadResult run(List<EventLoop> loops) throws InterruptedException {
        long residentBefore = proxy.residentBytes();
        staff.open();
        require(staff.progress().awaitOpen(TO_OPEN), "clients were not open", TO_OPEN);
        Map<Staff.Kind, Moved> before;
        Map<Staff.Kind, Moved> after;
        Times start;
        Times end;
        long resident;
        long files;
        try (Pacer pacer = new Pacer(loops, options.rate())) {
            staff.begin();
            pacer.start();
            Thread.sleep(options.warmUp().toMillis());
            staff.forgetLatencies();
            before = staff.moved();
            start = times();
            Thread.sleep(options.seconds().toMillis());
            after = staff.moved();
            end = times();
            resident = proxy.residentBytes();
            files = proxy.files();
            staff.finish();
            require(staff.progress().awaitLeft(TO_LEAVE), "clients had not done", TO_LEAVE);
        }
        var cost = new Cost(
                (end.nanos - start.nanos) / 1e9,
                options.pid() == 0 ? -1 : end.proxy - start.proxy,
                end.driver - start.driver,
                end.machine - start.machine,
                residentBefore,
                resident,
                files);
        return new LoadResult(
                options, difference(before, after), staff.moved(), staff.latencies(), staff.missed(), cost, trouble);
    }

    private void require(long missing, String what, Duration within) {
        if (missing > 0 && trouble == null) {
            trouble = missing + " " + what + " within " + within.toSeconds() + " s";
        }
    }

    private Times times() {
        return new Times(
                System.nanoTime(),
                options.pid() == 0 ? 0 : proxy.cpuSeconds(),
                self.getProcessCpuTime() / 1e9,
                ProcessTree.machineBusySeconds());
    }

    private static Moved difference(Map<Staff.Kind, Moved> before, Map<Staff.Kind, Moved> after) {
        Moved sum = Moved.NOTHING;
        for (Map.Entry<Staff.Kind, Moved> each : after.entrySet()) {
            sum = sum.plus(each.getValue().since(before.getOrDefault(each.getKey(), Moved.NOTHING)));
        }
        return sum;
    }
}
