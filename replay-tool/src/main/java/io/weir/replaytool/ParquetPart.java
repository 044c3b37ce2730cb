package io.weir.replaytool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * One file of a Parquet export: is there under its name when it is complete, and not before. One thread.
 *
 * <p>Its key-value metadata says which sequences it covers: {@code weir.kind}, {@code weir.firstSequence}, {@code weir.lastSequence}. What is
 * held in memory is one row group, of {@value #ROW_GROUP_BYTES} bytes about.
 */
final class ParquetPart implements AutoCloseable {
    static final long ROW_GROUP_BYTES = 16 << 20;

    private final ExportKind kind;
    private final Path folder;
    private final Path unfinished;
    private final long firstSequence;
    private final Support support;
    private final ParquetWriter<ParquetRow.Filler> writer;
    private boolean isClosed;
    private long rows;

    private ParquetPart(ExportKind kind, Path folder, long firstSequence) throws IOException {
        this.kind = kind;
        this.folder = folder;
        this.firstSequence = firstSequence;
        this.unfinished = folder.resolve(ParquetNames.UNFINISHED);
        this.support = new Support(ParquetSchema.of(kind));
        this.writer = new Builder(new LocalOutputFile(unfinished), support)
                .withConf(new PlainParquetConfiguration())
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withWriterVersion(WriterVersion.PARQUET_2_0)
                .withCodecFactory(new ParquetGzip())
                .withCompressionCodec(CompressionCodecName.GZIP)
                .withRowGroupSize(ROW_GROUP_BYTES)
                .withoutDictionaries(support.schema)
                .build();
    }

    static ParquetPart begin(ExportKind kind, Path folder, long firstSequence) throws IOException {
        return new ParquetPart(kind, folder, firstSequence);
    }

    void write(ParquetRow.Filler row) throws IOException {
        writer.write(row);
        rows++;
    }

    /** How many rows it has. */
    long rows() {
        return rows;
    }

    /** How long it is about. */
    long bytes() {
        return writer.getDataSize();
    }

    /** Ends it: on the disk, with its name. Says how long it is. */
    long finish(long lastSequence) throws IOException {
        support.metadata.put("weir.kind", kind.toString());
        support.metadata.put("weir.firstSequence", Long.toString(firstSequence));
        support.metadata.put("weir.lastSequence", Long.toString(lastSequence));
        close();
        try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Path part = folder.resolve(ParquetNames.part(firstSequence, lastSequence));
        Files.move(unfinished, part, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
        return Files.size(part);
    }

    /** Leaves it unfinished, if it is. */
    @Override
    public void close() throws IOException {
        if (!isClosed) {
            isClosed = true;
            writer.close();
        }
    }

    private static final class Builder extends ParquetWriter.Builder<ParquetRow.Filler, Builder> {
        private final Support support;

        Builder(OutputFile file, Support support) {
            super(file);
            this.support = support;
        }

        /** Numbers are nearly all different: differences are shorter. */
        Builder withoutDictionaries(MessageType schema) {
            for (Type column : schema.getFields()) {
                if (column.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT64) {
                    withDictionaryEncoding(column.getName(), false);
                }
            }
            return this;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @Deprecated // there, it says, is no Hadoop any more; and still to be overridden
        protected WriteSupport<ParquetRow.Filler> getWriteSupport(Configuration configuration) {
            return support;
        }

        @Override
        protected WriteSupport<ParquetRow.Filler> getWriteSupport(ParquetConfiguration configuration) {
            return support;
        }
    }

    private static final class Support extends WriteSupport<ParquetRow.Filler> {
        private final MessageType schema;
        private final Map<String, String> metadata = new TreeMap<>();
        private @Nullable ParquetRow row;

        Support(MessageType schema) {
            this.schema = schema;
        }

        @Override
        @Deprecated // as above
        public WriteContext init(Configuration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(schema, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            row = new ParquetRow(consumer, schema);
        }

        @Override
        public void write(ParquetRow.Filler filler) {
            Objects.requireNonNull(row).write(filler);
        }

        @Override
        public FinalizedWriteContext finalizeWrite() {
            return new FinalizedWriteContext(metadata);
        }
    }
}
