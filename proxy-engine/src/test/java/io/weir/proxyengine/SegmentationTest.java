package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a message is cut into segments changes nothing: not what is understood, not what is forwarded, not what is counted. */
class SegmentationTest {
    private static final int PORT = 12_345;
    private static final int LONGEST = 4_000;

    static Stream<byte[]> requests() {
        return Corpus.read("hostile-requests.txt", 3).values().stream()
                .flatMap(List::stream)
                .map(row -> Corpus.message(row[2], PORT))
                .filter(message -> message.length < LONGEST);
    }

    static Stream<byte[]> responses() {
        return Corpus.read("hostile-responses.txt", 5).values().stream()
                .flatMap(List::stream)
                .map(row -> Corpus.message(row[4], PORT))
                .filter(message -> message.length < LONGEST);
    }

    static Stream<Arguments> valid() {
        return Corpus.group(Corpus.read("hostile-requests.txt", 3), "V valid messages").stream()
                .map(row -> Arguments.of(row[0], row[2]));
    }

    @ParameterizedTest
    @ValueSource(longs = {1})
    void theRequestDecoderUnderstandsTheSameWhereverAMessageIsCut(long seed) {
        cutRequests(new Random(seed), 3);
    }

    @ParameterizedTest
    @ValueSource(longs = {1})
    void theResponseDecoderUnderstandsTheSameWhereverAMessageIsCut(long seed) {
        cutResponses(new Random(seed), 8);
    }

    @Tag("slow")
    @Test
    void theDecodersUnderstandTheSameWhereverAMessageIsCutInAllPlaces() {
        cutRequests(new Random(1), LONGEST);
        cutResponses(new Random(1), LONGEST);
    }

    private static void cutRequests(Random random, int most) {
        requests().forEach(message -> {
            String whole = decodeRequests(List.of(message));
            for (int at : cuts(message.length, random, most)) {
                assertThat(decodeRequests(split(message, at)))
                        .as("%s cut at %d", text(message), at)
                        .isEqualTo(whole);
            }
            if (message.length < most * 40) {
                assertThat(decodeRequests(bytewise(message)))
                        .as("%s, byte by byte", text(message))
                        .isEqualTo(whole);
            }
        });
    }

    private static void cutResponses(Random random, int most) {
        responses().forEach(message -> {
            String whole = decodeResponse(List.of(message));
            for (int at : cuts(message.length, random, most)) {
                assertThat(decodeResponse(split(message, at)))
                        .as("%s cut at %d", text(message), at)
                        .isEqualTo(whole);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("valid")
    void theOriginGetsAndTheLedgerCountsTheSameWhereverARequestIsCut(String name, String column) throws Exception {
        try (var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("ok"));
                var proxy = TestProxy.start(settings -> settings.eventLoops(1))) {
            byte[] message = Corpus.message(column, origin.port());
            List<String> whole = exchange(proxy, origin, List.of(message));
            int requests = whole.size() - 1; // after the answers
            int sessions = proxy.ledger().awaitClosed(Math.max(1, requests)).size();
            int runs = 1;
            for (int at = 1; at < message.length; at++) {
                assertThat(exchange(proxy, origin, split(message, at)))
                        .as("cut at %d", at)
                        .isEqualTo(whole);
                runs++;
            }
            assertThat(exchange(proxy, origin, bytewise(message))).isEqualTo(whole);
            runs++;

            List<TestLedger.Session> all = proxy.ledger().awaitClosed(runs * sessions);
            assertThat(all).hasSize(runs * sessions);
            for (int i = 0; i < all.size(); i++) {
                Tally cut = all.get(i).counts();
                Tally uncut = all.get(i % sessions).counts();
                assertThat(cut.up()).isEqualTo(uncut.up());
                assertThat(cut.down()).isEqualTo(uncut.down());
                assertThat(cut.originDown()).isEqualTo(uncut.originDown());
                if (!column.contains("chunked")) { // a chunk that comes in two reads leaves in two chunks
                    assertThat(cut.originUp()).isEqualTo(uncut.originUp());
                }
            }
        }
    }

    private static List<String> exchange(TestProxy proxy, StrictOrigin origin, List<byte[]> parts) throws IOException {
        var seen = new ArrayList<String>();
        try (var client = new Wire(proxy.connect())) {
            for (byte[] part : parts) {
                client.send(part);
            }
            client.finish();
            seen.add(client.readRest());
        }
        for (StrictHttp.Message request : origin.takeRequests()) {
            seen.add(request.startLine() + request.fields() + request.body());
        }
        seen.addAll(origin.takeFaults());
        return seen;
    }

    private static String decodeRequests(List<byte[]> parts) {
        var seen = new Seen();
        var decoder = new RequestDecoder(seen);
        seen.decoder = decoder;
        return feed(new EmbeddedChannel(decoder, seen), seen, parts);
    }

    private static String decodeResponse(List<byte[]> parts) {
        var seen = new Seen();
        var decoder = new ResponseDecoder(seen);
        decoder.expectResponseTo(HttpMethod.GET);
        return feed(new EmbeddedChannel(decoder, seen), seen, parts);
    }

    private static String feed(EmbeddedChannel channel, Seen seen, List<byte[]> parts) {
        for (byte[] part : parts) {
            channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(part));
        }
        channel.finishAndReleaseAll();
        return seen.text();
    }

    /** Everywhere if that is allowed, else here and there. */
    private static int[] cuts(int length, Random random, int most) {
        return length <= most || length < 2
                ? IntStream.range(1, length).toArray()
                : random.ints(most, 1, length).toArray();
    }

    private static List<byte[]> split(byte[] message, int at) {
        return List.of(Arrays.copyOf(message, at), Arrays.copyOfRange(message, at, message.length));
    }

    private static List<byte[]> bytewise(byte[] message) {
        var parts = new ArrayList<byte[]>();
        for (byte b : message) {
            parts.add(new byte[] {b});
        }
        return parts;
    }

    private static String text(byte[] message) {
        return new String(message, StandardCharsets.ISO_8859_1);
    }

    /** Writes down what a decoder makes of the bytes, and to which message it counts them. */
    private static final class Seen extends ChannelInboundHandlerAdapter implements ByteSink {
        private final List<StringBuilder> messages = new ArrayList<>();
        private final List<long[]> counts = new ArrayList<>(List.of(new long[1]));
        private boolean failed;

        private @Nullable RequestDecoder decoder;

        @Override
        public void consumed(long bytes) {
            counts.get(counts.size() - 1)[0] += bytes;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
            try {
                if (failed) {
                    return; // the connection would have ended
                }
                if (msg instanceof HttpMessage head) {
                    failed = head.decoderResult().isFailure();
                    messages.add(new StringBuilder(failed ? "failed" : head + "\n"));
                    if (!failed && decoder != null) {
                        decoder.resume();
                    }
                }
                if (msg instanceof HttpContent content && !messages.isEmpty()) {
                    failed |= content.decoderResult().isFailure();
                    messages.get(messages.size() - 1).append(failed ? " failed" : body(content));
                    if (msg instanceof LastHttpContent && !failed) {
                        counts.add(new long[1]);
                        if (decoder != null) {
                            decoder.resume();
                        }
                    }
                }
            } finally {
                ReferenceCountUtil.release(msg);
            }
        }

        private static String body(HttpContent content) {
            ByteBuf bytes = content.content();
            String trailers = content instanceof LastHttpContent last
                    ? " end" + last.trailingHeaders().entries()
                    : "";
            return bytes.toString(StandardCharsets.ISO_8859_1) + trailers;
        }

        /** Once a message is malformed, how much of what follows it the decoder has swallowed does not matter. */
        String text() {
            String lines = messages.stream()
                    .map(message -> message.toString().replaceAll("Default\\w+\\(decodeResult: [^)]*\\), ", ""))
                    .collect(Collectors.joining("\n"));
            return lines + "\n"
                    + (failed ? "" : counts.stream().map(Arrays::toString).toList());
        }
    }
}
