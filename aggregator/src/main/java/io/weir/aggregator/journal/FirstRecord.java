package io.weir.aggregator.journal;

import io.weir.aggregator.journal.DocumentScanner.Found;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The journal's first record, without reading on. Any thread. */
public final class FirstRecord {
    private FirstRecord() {}

    /**
     * When the journal's first event happened, in ms since the epoch; 0 if that is not known. It outlives the event, if that was
     * pruned.
     */
    public static long millis(Path folder) {
        List<String> files = JournalFolder.files(folder);
        if (files.isEmpty()) {
            return 0;
        }
        RecordDecoder decoder = new RecordDecoder();
        try (CycleFile file = CycleFile.open(folder.resolve(files.get(0)), new byte[CycleFile.WINDOW_BYTES])) {
            return millis(folder, file, new DocumentScanner(file, decoder), decoder);
        } catch (IOException | RecordFormatException e) {
            return 0; // who reads the journal says what is wrong with it
        }
    }

    private static long millis(Path folder, CycleFile file, DocumentScanner documents, RecordDecoder decoder)
            throws IOException, RecordFormatException {
        long offset = 0;
        Found found;
        while ((found = documents.look(offset)) == Found.METADATA) {
            offset = DocumentScanner.next(offset, documents.length());
        }
        if (found != Found.RECORD) {
            return 0;
        }
        decoder.open(file.bytes(), file.at(offset + DocumentScanner.HEADER_BYTES), documents.length());
        if (decoder.firstSequence() == 1) {
            return decoder.recordMillis();
        }
        PrunedMark pruned = PrunedMark.read(folder);
        return pruned.explains(decoder.firstSequence()) ? pruned.sinceMillis() : 0;
    }
}
