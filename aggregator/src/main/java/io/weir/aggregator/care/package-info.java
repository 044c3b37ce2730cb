/**
 * Care of a journal that no node writes: a copy without what is damaged ({@link io.weir.aggregator.care.JournalRepair}), or with less in
 * it ({@link io.weir.aggregator.care.JournalCompaction}). A journal is never changed in place. The caller's thread.
 */
@NullMarked
package io.weir.aggregator.care;

import org.jspecify.annotations.NullMarked;
