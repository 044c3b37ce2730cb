package io.weir.launcher;

import static io.weir.launcher.EndToEndTest.audit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.HttpConnectProxiedSocketAddress;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** gRPC through a Weir that reads it: all four kinds of call, errors in trailers alone, deadlines and cancellation. */
class InterceptedGrpcTest {
    private static final Metadata.Key<String> WHY = Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER);
    private static final MethodDescriptor<byte[], byte[]> UNARY = method(MethodType.UNARY, "Unary");
    private static final MethodDescriptor<byte[], byte[]> DOWN = method(MethodType.SERVER_STREAMING, "Down");
    private static final MethodDescriptor<byte[], byte[]> UP = method(MethodType.CLIENT_STREAMING, "Up");
    private static final MethodDescriptor<byte[], byte[]> BOTH = method(MethodType.BIDI_STREAMING, "Both");
    private static final MethodDescriptor<byte[], byte[]> ERROR = method(MethodType.UNARY, "Error");
    private static final MethodDescriptor<byte[], byte[]> HANG = method(MethodType.UNARY, "Hang");

    @TempDir
    Path folder;

    private final AtomicInteger cancelled = new AtomicInteger();
    private Path data;
    private Server server;
    private WeirProcess weir;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        OriginKeys keys = OriginKeys.make(folder);
        data = folder.resolve("data");
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(keys.keys()))
                        .build())
                .addService(service())
                .build()
                .start();
        weir = WeirProcess.start(
                data, "--intercept", "--trust", keys.authority().toString());
        var proxy = new InetSocketAddress(InetAddress.getLoopbackAddress(), weir.proxyPort());
        channel = NettyChannelBuilder.forTarget("localhost:" + server.getPort())
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(data.resolve("ca/weir-ca.pem").toFile())
                        .build())
                .proxyDetector(target -> HttpConnectProxiedSocketAddress.newBuilder()
                        .setProxyAddress(proxy)
                        .setTargetAddress((InetSocketAddress) target)
                        .build())
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        weir.close();
        server.shutdownNow();
    }

    @Test
    void allKindsOfCallsWorkAsTheyDoWithoutAProxy() throws Exception {
        byte[] large = WebOrigin.bytes(3_000_000);
        assertThat(ClientCalls.blockingUnaryCall(channel, UNARY, CallOptions.DEFAULT, large))
                .isEqualTo(large);
        assertThat(ClientCalls.blockingUnaryCall(channel, UNARY, CallOptions.DEFAULT, new byte[0]))
                .isEmpty();

        Iterator<byte[]> down =
                ClientCalls.blockingServerStreamingCall(channel, DOWN, CallOptions.DEFAULT, new byte[0]);
        var got = new ArrayList<byte[]>();
        down.forEachRemaining(got::add);
        assertThat(got).hasSize(100);

        var answers = new Answers();
        StreamObserver<byte[]> up =
                ClientCalls.asyncClientStreamingCall(channel.newCall(UP, CallOptions.DEFAULT), answers);
        for (int i = 0; i < 500; i++) {
            up.onNext(new byte[1000]);
        }
        up.onCompleted();
        assertThat(answers.next()).hasSize(500);

        answers = new Answers();
        StreamObserver<byte[]> both =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(BOTH, CallOptions.DEFAULT), answers);
        for (int i = 0; i < 200; i++) { // each answer before the next question
            both.onNext(WebOrigin.bytes(i));
            assertThat(answers.next()).isEqualTo(WebOrigin.bytes(i));
        }
        both.onCompleted();

        var error = failure(ERROR, CallOptions.DEFAULT);
        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(error.getStatus().getDescription()).isEqualTo("nö such");
        assertThat(error.getTrailers())
                .isNotNull()
                .satisfies(fields -> assertThat(fields.get(WHY)).isEqualTo("because"));
        assertThat(failure(method(MethodType.UNARY, "None"), CallOptions.DEFAULT)
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.UNIMPLEMENTED);

        assertThat(failure(HANG, CallOptions.DEFAULT.withDeadlineAfter(500, TimeUnit.MILLISECONDS))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        var hanging = channel.newCall(HANG, CallOptions.DEFAULT);
        ClientCalls.asyncUnaryCall(hanging, new byte[0], new Answers());
        hanging.cancel("the test has changed its mind", null);
        await().atMost(Duration.ofSeconds(10)).until(() -> cancelled.get() >= 1);

        channel.shutdownNow();
        weir.stop();
        audit(data);
    }

    private StatusRuntimeException failure(MethodDescriptor<byte[], byte[]> method, CallOptions options) {
        return catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(channel, method, options, new byte[0]));
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("t.T")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall((request, answer) -> {
                    answer.onNext(request);
                    answer.onCompleted();
                }))
                .addMethod(DOWN, ServerCalls.asyncServerStreamingCall((request, answer) -> {
                    for (int i = 0; i < 100; i++) {
                        answer.onNext(new byte[i]);
                    }
                    answer.onCompleted();
                }))
                .addMethod(UP, ServerCalls.asyncClientStreamingCall(answer -> new StreamObserver<byte[]>() {
                    private int messages;

                    @Override
                    public void onNext(byte[] message) {
                        messages++;
                    }

                    @Override
                    public void onError(Throwable cause) {}

                    @Override
                    public void onCompleted() {
                        answer.onNext(new byte[messages]);
                        answer.onCompleted();
                    }
                }))
                .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(answer -> answer))
                .addMethod(ERROR, ServerCalls.asyncUnaryCall((request, answer) -> {
                    var trailers = new Metadata();
                    trailers.put(WHY, "because");
                    answer.onError(Status.NOT_FOUND.withDescription("nö such").asRuntimeException(trailers));
                }))
                .addMethod(
                        HANG,
                        ServerCalls.asyncUnaryCall((request, answer) -> ((ServerCallStreamObserver<byte[]>) answer)
                                .setOnCancelHandler(cancelled::incrementAndGet)))
                .build();
    }

    private static MethodDescriptor<byte[], byte[]> method(MethodType type, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName("t.T/" + name)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Answers implements StreamObserver<byte[]> {
        private final LinkedBlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();

        byte[] next() throws InterruptedException {
            byte[] message = messages.poll(20, TimeUnit.SECONDS);
            assertThat(message).isNotNull();
            return message;
        }

        @Override
        public void onNext(byte[] message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
