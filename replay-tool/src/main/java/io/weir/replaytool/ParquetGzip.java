package io.weir.replaytool;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Compresses the pages of a Parquet file with gzip, by the JDK and quickly. One thread. */
final class ParquetGzip
        implements CompressionCodecFactory,
                CompressionCodecFactory.BytesInputCompressor,
                CompressionCodecFactory.BytesInputDecompressor {
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();

    /** A gzip stream that prefers speed. */
    private static final class Quick extends GZIPOutputStream {
        Quick(ByteArrayOutputStream out) throws IOException {
            super(out, 16_384);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return this;
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return this;
    }

    @Override
    public BytesInput compress(BytesInput bytes) throws IOException {
        buffer.reset();
        try (GZIPOutputStream gzip = new Quick(buffer)) {
            bytes.writeAllTo(gzip);
        }
        return BytesInput.from(buffer.toByteArray());
    }

    @Override
    public CompressionCodecName getCodecName() {
        return CompressionCodecName.GZIP;
    }

    @Override
    public BytesInput decompress(BytesInput bytes, int uncompressedSize) throws IOException {
        return BytesInput.from(plain(bytes.toInputStream(), uncompressedSize));
    }

    @Override
    public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int uncompressedSize)
            throws IOException {
        byte[] compressed = new byte[compressedSize];
        input.get(compressed);
        output.put(plain(new ByteArrayInputStream(compressed), uncompressedSize));
    }

    private static byte[] plain(InputStream compressed, int size) throws IOException {
        try (GZIPInputStream gzip = new GZIPInputStream(compressed)) {
            return gzip.readNBytes(size);
        }
    }

    @Override
    public void release() {
        // nothing is held but memory
    }
}
