package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves the bodies of exchanges that are stored: {@code FOLDER/ab/abcd…}, named by the SHA-256 of their bytes. Event loop of the
 * gateway; files are touched on a thread of its own, {@code weir-gateway-files}, which rests while nobody asks.
 *
 * <p>Nothing but 64 lower-case hex digits reaches the file system, and no symbolic link is followed from the folder on.
 */
final class StoredBodies implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");
    private static final int THREADS = 2;
    private static final long REST_SECONDS = 10;

    private final @Nullable Path folder;
    private final ExecutorService files;

    StoredBodies(@Nullable Path folder) {
        this.folder = folder;
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                THREADS, THREADS, REST_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), StoredBodies::thread);
        executor.allowCoreThreadTimeOut(true);
        this.files = executor;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "weir-gateway-files");
        thread.setDaemon(true);
        return thread;
    }

    /** Answers with the body of that name, or with 404. */
    void send(Channel channel, HttpRequest request, String name) {
        Path stored = folder;
        if (stored == null || !NAME.matcher(name).matches()) {
            Replies.refuse(channel, HttpResponseStatus.NOT_FOUND);
            return;
        }
        boolean isHeadOnly = request.method().equals(HttpMethod.HEAD);
        try {
            files.execute(() -> open(channel, stored.resolve(name.substring(0, 2)), name, isHeadOnly));
        } catch (RejectedExecutionException e) {
            Farewell.cut(channel); // the gateway was closed meanwhile
        }
    }

    /** Thread for files. */
    private void open(Channel channel, Path subfolder, String name, boolean isHeadOnly) {
        FileChannel file = null;
        try {
            if (isPlain(subfolder, name)) {
                file = FileChannel.open(subfolder.resolve(name), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                BodyTransfer transfer = new BodyTransfer(channel, file, file.size(), files);
                channel.eventLoop().execute(() -> transfer.begin(isHeadOnly));
            } else {
                channel.eventLoop().execute(() -> Replies.refuse(channel, HttpResponseStatus.NOT_FOUND));
            }
        } catch (IOException | RejectedExecutionException e) {
            BodyTransfer.close(file);
            Farewell.cut(channel);
        }
    }

    /** A pipe or a device would not let go of the thread. */
    private static boolean isPlain(Path subfolder, String name) {
        try {
            return Files.isDirectory(subfolder, LinkOption.NOFOLLOW_LINKS)
                    && Files.readAttributes(
                                    subfolder.resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .isRegularFile();
        } catch (IOException absent) {
            return false;
        }
    }

    /** Ends the thread. What is under way breaks off. */
    @Override
    public void close() {
        files.shutdownNow();
    }
}
