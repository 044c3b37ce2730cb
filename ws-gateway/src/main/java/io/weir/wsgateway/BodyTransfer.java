package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends one file as an answer, piece by piece: a piece is read on the thread for files, then written by the event loop, and
 * the next is read when the socket has taken it. So one piece is in memory, and a client that leaves or stalls ends it.
 *
 * <p>It owns the file. What is stored came from anywhere: it is a download, never a page of ours.
 */
final class BodyTransfer {
    private static final Logger LOG = LoggerFactory.getLogger(BodyTransfer.class);
    private static final int PIECE_BYTES = 64 << 10;

    private final Channel channel;
    private final FileChannel file;
    private final long size;
    private final Executor files;
    private long sent;

    BodyTransfer(Channel channel, FileChannel file, long size, Executor files) {
        this.channel = channel;
        this.file = file;
        this.size = size;
        this.files = files;
    }

    /** Sends the head, and what follows it unless that is all that was asked for. Event loop. */
    void begin(boolean isHeadOnly) {
        FullHttpResponse model =
                Replies.response(HttpResponseStatus.OK, "application/octet-stream", Unpooled.EMPTY_BUFFER);
        HttpHeaders headers = model.headers();
        headers.set(HttpHeaderNames.CONTENT_LENGTH, size)
                .set(HttpHeaderNames.CONTENT_DISPOSITION, "attachment")
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
        if (isHeadOnly || size == 0) {
            Replies.send(channel, model);
            closeFile();
            return;
        }
        channel.write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, headers));
        readPiece();
    }

    private void readPiece() {
        long from = sent;
        onFiles(() -> read(from));
    }

    /** Thread for files. */
    private void read(long from) {
        ByteBuf piece = channel.alloc().buffer(PIECE_BYTES);
        try {
            int length = (int) Math.min(PIECE_BYTES, size - from);
            while (piece.readableBytes() < length) {
                if (piece.writeBytes(file, from + piece.readableBytes(), length - piece.readableBytes()) < 0) {
                    throw new IOException("the file became shorter");
                }
            }
            channel.eventLoop().execute(() -> write(piece));
        } catch (IOException e) {
            piece.release();
            LOG.warn("a stored body can't be read to its end from={} size={} cause=\"{}\"", from, size, e.toString());
            end();
        } catch (RejectedExecutionException e) {
            piece.release();
            close(file);
        }
    }

    /** Breaks off, so that the client sees that something is missing. Thread for files. */
    private void end() {
        close(file);
        Farewell.cut(channel);
    }

    private void write(ByteBuf piece) {
        sent += piece.readableBytes();
        if (sent == size) {
            channel.write(new DefaultHttpContent(piece));
            Farewell.last(channel, LastHttpContent.EMPTY_LAST_CONTENT);
            closeFile();
            return;
        }
        channel.writeAndFlush(new DefaultHttpContent(piece)).addListener(written -> {
            if (written.isSuccess()) {
                readPiece();
            } else {
                closeFile();
                Farewell.cut(channel);
            }
        });
    }

    private void closeFile() {
        onFiles(() -> close(file));
    }

    private void onFiles(Runnable task) {
        try {
            files.execute(task);
        } catch (RejectedExecutionException e) { // the gateway was closed meanwhile
            close(file);
            Farewell.cut(channel);
        }
    }

    static void close(@Nullable FileChannel file) {
        if (file == null) {
            return;
        }
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("a stored body was not closed in order", e);
        }
    }
}
