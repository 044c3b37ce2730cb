/**
 * The journal: the durable, append-only record of every event, and the only package that knows how it is kept.
 *
 * <p>Entry points: {@link io.weir.aggregator.journal.JournalReader} reads any journal, live or dead, without the
 * library that writes it; {@link io.weir.aggregator.journal.ChronicleJournal} appends to one, under an
 * {@link io.weir.aggregator.journal.JournalLock}. The record's layout is drawn at
 * {@link io.weir.aggregator.journal.RecordEncoder}.
 *
 * <p>Threads: one thread appends; each reader has a {@code JournalReader} of its own.
 */
@NullMarked
package io.weir.aggregator.journal;

import org.jspecify.annotations.NullMarked;
