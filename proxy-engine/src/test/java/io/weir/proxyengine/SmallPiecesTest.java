package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pieces that are kept come out whole, in order, and few. */
class SmallPiecesTest {
    private static ByteBuf piece(byte[] bytes) {
        return ByteBufAllocator.DEFAULT.buffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whateverIsKeptAllComesOutInOrderAndNothingLeaks(long seed) {
        var random = new Random(seed);
        var small = new SmallPieces();
        var in = new ByteArrayOutputStream();
        var out = new ByteArrayOutputStream();
        List<ByteBuf> buffers = new ArrayList<>();
        SmallPieces.Sink sink = (data, last) -> {
            byte[] bytes = new byte[data.readableBytes()];
            data.readBytes(bytes);
            out.writeBytes(bytes);
            data.release();
        };
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(random.nextInt(20) == 0 ? 20_000 : 1_100)];
            random.nextBytes(bytes);
            in.writeBytes(bytes);
            ByteBuf piece = piece(bytes);
            buffers.add(piece);
            small.pass(piece, i == 1_999, random.nextInt(4) > 0, sink);
        }
        assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
        assertThat(buffers).allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
    }

    @Test
    void aWindowOfSingleBytesIsKeptInAFewBuffers() {
        var small = new SmallPieces();
        List<ByteBuf> out = new ArrayList<>();
        for (int i = 0; i < 65_536; i++) {
            small.pass(piece(new byte[1]), false, true, (data, last) -> out.add(data));
        }
        small.flush((data, last) -> out.add(data));

        assertThat(out).hasSizeLessThan(6);
        assertThat(out.stream().mapToInt(ByteBuf::readableBytes).sum()).isEqualTo(65_536);
        out.forEach(ByteBuf::release);
    }

    @Test
    void whatIsThrownAwayIsReleased() {
        var small = new SmallPieces();
        List<ByteBuf> out = new ArrayList<>();
        small.pass(piece(new byte[3]), false, true, (data, last) -> out.add(data));
        small.release();
        small.flush((data, last) -> out.add(data));

        assertThat(out).isEmpty();
    }
}
