package io.weir.replaytool;

import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/** Takes the values of a row in the order of the columns. One thread; one for all rows of a file. */
final class ParquetRow {
    /** Gives a row its values. */
    interface Filler {
        void fill(ParquetRow row);
    }

    private final RecordConsumer consumer;
    private final MessageType schema;
    private int column;

    ParquetRow(RecordConsumer consumer, MessageType schema) {
        this.consumer = consumer;
        this.schema = schema;
    }

    void write(Filler filler) {
        column = 0;
        consumer.startMessage();
        filler.fill(this);
        consumer.endMessage();
        if (column != schema.getFieldCount()) {
            throw new IllegalStateException(column + " values for " + schema.getFieldCount() + " columns");
        }
    }

    ParquetRow number(long value) {
        begin();
        consumer.addLong(value);
        return end();
    }

    ParquetRow integer(int value) {
        begin();
        consumer.addInteger(value);
        return end();
    }

    ParquetRow text(String value) {
        return text(Binary.fromString(value));
    }

    ParquetRow text(Binary value) {
        begin();
        consumer.addBinary(value);
        return end();
    }

    /** The next columns have no value. */
    ParquetRow none(int columns) {
        column += columns;
        return this;
    }

    private void begin() {
        consumer.startField(schema.getFieldName(column), column);
    }

    private ParquetRow end() {
        consumer.endField(schema.getFieldName(column), column);
        column++;
        return this;
    }
}
