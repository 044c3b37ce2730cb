package io.weir.proxyengine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class EpollGuardTest {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollGuard.newFactory());
    private final IoEventLoop loop = group.next();

    @BeforeAll
    static void onlyWhereThereIsEpoll() {
        Assumptions.assumeTrue(Transport.best().hasRawSockets());
    }

    @AfterEach
    void stop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void aDescriptorsNewOwnerDoesNotHearWhatWasMeantForTheOld() throws Exception {
        FileDescriptor[] first = FileDescriptor.pipe();
        FileDescriptor[] second = FileDescriptor.pipe();
        write(first[1]);
        write(second[1]);
        var heard = new CompletableFuture<String>();
        var reused = new CompletableFuture<FileDescriptor[]>();
        var late = new Handle(() -> heard.complete("the event of the old one"));
        loop.submit(() -> {
                    var replaced = new Handle(() -> {});
                    var closing = new Handle(
                            () -> { // comes first in the batch
                                second[0].close();
                                replaced.cancel();
                                FileDescriptor[] third = FileDescriptor.pipe();
                                late.register(loop, third[0]);
                                reused.complete(third);
                            });
                    closing.register(loop, first[0]);
                    replaced.register(loop, second[0]);
                })
                .get(30, TimeUnit.SECONDS);

        FileDescriptor[] third = reused.get(30, TimeUnit.SECONDS);
        assertThat(third[0].intValue()).isEqualTo(second[0].intValue());
        loop.submit(() -> late.act(() -> heard.complete("its own event"))).get(30, TimeUnit.SECONDS); // after the batch
        write(third[1]);

        assertThat(heard.get(30, TimeUnit.SECONDS)).isEqualTo("its own event");
        third[1].close();
        first[0].close();
        first[1].close();
        second[1].close();
    }

    private static void write(FileDescriptor pipe) throws IOException {
        ByteBuffer one = ByteBuffer.allocateDirect(1);
        pipe.write(one, 0, 1);
    }

    private interface Action {
        void run() throws Exception;
    }

    private static final class Handle implements EpollIoHandle {
        private Action action;
        private @Nullable FileDescriptor descriptor;
        private @Nullable IoRegistration registration;
        private boolean done;

        Handle(Action action) {
            this.action = action;
        }

        void register(IoEventLoop loop, FileDescriptor readEnd) {
            descriptor = readEnd;
            registration = loop.register(this).getNow();
            registration.submit(EpollIoOps.EPOLLIN);
        }

        void act(Action next) {
            action = next;
        }

        void cancel() {
            requireNonNull(registration).cancel();
        }

        @Override
        public FileDescriptor fd() {
            return requireNonNull(descriptor);
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            if (!done) {
                done = true;
                try {
                    action.run();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public void registered() {}

        @Override
        public void unregistered() {}

        @Override
        public void close() throws IOException {
            fd().close();
        }
    }
}
