package io.weir.replaytool;

import io.weir.aggregator.history.UpTo;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.replay.ReplayRange;
import io.weir.aggregator.replay.ReplaySpeed;
import io.weir.replaytool.traffic.Bodies;
import io.weir.replaytool.traffic.Recording;
import io.weir.replaytool.traffic.Recordings;
import io.weir.replaytool.traffic.ResponseServer;
import io.weir.replaytool.traffic.TrafficSender;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code weir replay --send} and {@code --serve-responses}: the traffic of a journal once more. The caller's thread. */
final class TrafficReplay {
    private static final long STOP_MILLIS = 5_000;

    private final JournalAccess journal;
    private final TrafficOptions options;
    private final Bodies bodies;
    private int readStatus;

    TrafficReplay(JournalAccess journal, TrafficOptions options) {
        this.journal = journal;
        this.options = options;
        this.bodies = new StoredBodyReader(journal.folder().toAbsolutePath().resolveSibling("bodies"))::find;
    }

    /** Reads the recordings of a range; {@link #readStatus} then says how well that went. */
    private List<Recording> recordings(JournalReader reader, ReplayRange range) {
        Recordings recordings = new Recordings(range.first());
        JournalPosition begin = journal.locator(reader, ReadProgress.NONE).recordOf(range.first());
        UpTo sink = new UpTo(recordings, begin.sequence(), range.last(), reader.pruned());
        reader.startAt(begin);
        try {
            readStatus = journal.answer(reader.read(sink, ReadProgress.NONE));
        } catch (EnoughException enough) {
            readStatus = sink.missing() > 0 ? ExitStatus.VIOLATED : ExitStatus.OK;
        }
        if (readStatus != ExitStatus.OK) {
            journal.complain("not all of the range can be read; weir audit shows what is wrong");
        }
        return recordings.inOrder();
    }

    int send(JournalReader reader, ReplayRange range, ReplaySpeed speed) {
        List<Recording> recordings;
        try {
            recordings = recordings(reader, range);
        } catch (Recordings.TooManyException e) {
            journal.complain(String.valueOf(e.getMessage()));
            return ExitStatus.USAGE;
        }
        try (CommandOutput out = journal.output()) {
            TrafficReport report = new TrafficReport(out, journal.errors(), options, recordings.size());
            TrafficSender sender = new TrafficSender(options.toSend(journal, speed), bodies, report::add);
            CountDownLatch over = new CountDownLatch(1);
            Thread interrupted = new Thread(() -> stop(sender, over), "weir-stop");
            Runtime.getRuntime().addShutdownHook(interrupted);
            try {
                sender.send(recordings);
                return Math.max(readStatus, report.end());
            } finally {
                over.countDown();
                removeHook(interrupted);
            }
        }
    }

    /** On Ctrl-C: no more requests, and the summary of those that were sent. */
    private static void stop(TrafficSender sender, CountDownLatch over) {
        sender.stop();
        try {
            if (!over.await(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
                return; // somebody does not answer
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // it runs
        }
    }

    int serve(JournalReader reader, ReplayRange range) {
        InetSocketAddress address = options.listen(journal);
        try (ResponseServer server = ResponseServer.start(address, recordings(reader, range), bodies)) {
            try (CommandOutput out = journal.output()) {
                InetSocketAddress bound = server.address();
                out.println("origin       http://" + bound.getAddress().getHostAddress() + ":" + bound.getPort());
                out.flush();
            }
            new CountDownLatch(1).await(); // until somebody ends the process
            return ExitStatus.OK;
        } catch (Recordings.TooManyException e) {
            journal.complain(String.valueOf(e.getMessage()));
            return ExitStatus.USAGE;
        } catch (IOException e) {
            journal.complain("can't listen on " + address + ": " + e.getMessage());
            return ExitStatus.VIOLATED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitStatus.OK;
        }
    }
}
