package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.weir.aggregator.history.HistoryException;
import io.weir.aggregator.history.ScanControl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Questions beside the event loop, asked over real sockets. */
class QuestionsTest {
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final List<Socket> sockets = new ArrayList<>();
    private EventLoopGroup group;
    private Channel listener;

    @BeforeEach
    void listen() {
        group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        listener = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new HttpServerCodec());
                        accepted.add(channel);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    @AfterEach
    void end() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** Has a client ask; its answer can be read from the socket. */
    private Socket ask(Questions questions, Questions.Question question) throws Exception {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort());
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        Channel channel = accepted.poll(10, TimeUnit.SECONDS);
        assertThat(channel).isNotNull();
        channel.eventLoop().submit(() -> questions.ask(channel, question)).syncUninterruptibly();
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static Questions.Question quick(String text) {
        return control -> Answer.ok(UnpooledByteBufAllocator.DEFAULT, json -> json.writeStringProperty("text", text));
    }

    /** Reads on until it is told to stop, as a scan of the journal does. */
    private static Answer endless(ScanControl control) {
        while (control.mayGoOn()) {
            Thread.onSpinWait();
        }
        throw new HistoryException("it took too long; narrow the time range");
    }

    @Test
    void anAnswerComesOnTheConnectionThatAsked() throws Exception {
        try (Questions questions = new Questions("test-questions", 2, 16, Duration.ofSeconds(10))) {
            Socket first = ask(questions, quick("one"));
            Socket second = ask(questions, quick("two"));

            assertThat(answer(first)).startsWith("HTTP/1.1 200 ").endsWith("{\"text\":\"one\"}");
            assertThat(answer(second)).endsWith("{\"text\":\"two\"}");
        }
    }

    @Test
    void whatTakesTooLongIsStoppedAndSaid() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (Questions questions = new Questions("test-questions", 1, 16, Duration.ofMillis(100))) {
            Socket slow = ask(questions, control -> {
                awaitLatch(go);
                return endless(control);
            });
            Socket behind = ask(questions, quick("late"));
            long asked = System.nanoTime();
            await().until(() -> System.nanoTime() - asked > TimeUnit.MILLISECONDS.toNanos(100));
            go.countDown();

            assertThat(answer(slow))
                    .startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("\r\nretry-after: 1\r\n")
                    .endsWith("{\"error\":\"it took too long; narrow the time range\"}");
            assertThat(answer(behind)).startsWith("HTTP/1.1 503 ").contains("other questions took too long");
        }
    }

    @Test
    void moreThanMayWaitAreTurnedAwayAtOnceAndThoseThatWaitAreAnswered() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (Questions questions = new Questions("test-questions", 2, 16, Duration.ofSeconds(20))) {
            List<Socket> asked = new ArrayList<>();
            for (int i = 0; i < 18; i++) {
                asked.add(ask(questions, control -> {
                    awaitLatch(go);
                    return quick("late").answer(control);
                }));
            }

            assertThat(answer(ask(questions, quick("too many"))))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("too many questions wait already");
            go.countDown();
            for (Socket each : asked) {
                assertThat(answer(each)).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoeverLeavesIsNotReadForAndMakesRoom() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        try (Questions questions = new Questions("test-questions", 1, 1, Duration.ofSeconds(60))) {
            Socket reading = ask(questions, control -> {
                try {
                    return endless(control);
                } finally {
                    ended.incrementAndGet();
                }
            });
            Socket waiting = ask(questions, control -> {
                answered.incrementAndGet();
                return quick("for nobody").answer(control);
            });
            waiting.close();
            reading.close();

            await().atMost(Duration.ofSeconds(10)).until(() -> ended.get() == 1);
            assertThat(answer(ask(questions, quick("after")))).endsWith("{\"text\":\"after\"}");
            assertThat(answered).hasValue(0);
        }
    }

    @Test
    void aFaultInAQuestionIsAnsweredAndTheThreadGoesOn() throws Exception {
        try (Questions questions = new Questions("test-questions", 1, 16, Duration.ofSeconds(10))) {
            Socket faulty = ask(questions, control -> {
                throw new IllegalStateException("boom");
            });

            assertThat(answer(faulty)).startsWith("HTTP/1.1 500 ").endsWith("{\"error\":\"boom\"}");
            assertThat(answer(ask(questions, quick("on")))).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void closingStopsWhatIsUnderWayAndEndsTheThreads() throws Exception {
        Questions questions = new Questions("test-questions", 2, 16, Duration.ofSeconds(60));
        ask(questions, QuestionsTest::endless);

        questions.close();

        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("test-questions")));
    }
}
