package io.weir.replaytool;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** Reads the files of a Parquet export with the reader of the format's own project. */
final class ParquetFiles {
    private ParquetFiles() {}

    /** All rows in the order of the files; values as Long, Integer and String, nulls left out. */
    static List<Map<String, Object>> rows(Path folder) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Path each : parts(folder)) {
            read(each, rows);
        }
        return rows;
    }

    static List<Path> parts(Path folder) {
        try {
            return ParquetNames.in(folder).stream()
                    .sorted(Comparator.comparingLong(ParquetNames.Part::firstSequence))
                    .map(ParquetNames.Part::path)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, String> metadata(Path part) {
        try (ParquetFileReader reader = open(part)) {
            return reader.getFileMetaData().getKeyValueMetaData();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ParquetFileReader open(Path part) throws IOException {
        return new ParquetFileReader(
                new LocalInputFile(part),
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withCodecFactory(new ParquetGzip())
                        .build());
    }

    private static void read(Path part, List<Map<String, Object>> rows) {
        try (ParquetFileReader reader = open(part)) {
            MessageType schema = reader.getFileMetaData().getSchema();
            MessageColumnIO columns = new ColumnIOFactory().getColumnIO(schema);
            PageReadStore pages;
            while ((pages = reader.readNextRowGroup()) != null) {
                RecordReader<Group> records = columns.getRecordReader(pages, new GroupRecordConverter(schema));
                for (long i = 0; i < pages.getRowCount(); i++) {
                    rows.add(values(records.read(), schema));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> values(Group group, MessageType schema) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Type column : schema.getFields()) {
            String name = column.getName();
            if (group.getFieldRepetitionCount(name) > 0) {
                values.put(
                        name,
                        switch (column.asPrimitiveType().getPrimitiveTypeName()) {
                            case INT64 -> group.getLong(name, 0);
                            case INT32 -> group.getInteger(name, 0);
                            default -> group.getString(name, 0);
                        });
            }
        }
        return values;
    }
}
