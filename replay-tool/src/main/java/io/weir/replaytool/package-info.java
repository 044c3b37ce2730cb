/**
 * Offline work on a journal: {@code weir audit} proves that its sums agree and adds up who moved what; {@code weir verify} proves that it is what
 * was written; {@code weir statement} signs what somebody moved; {@code weir state} shows it as it was,
 * {@code weir diff} compares it with another, {@code weir export} writes it to files, {@code weir journal} shows what is in it.
 *
 * <p>Entry points are the commands that the launcher mounts: {@link io.weir.replaytool.AuditCommand} and the others that are public. They only
 * read the journal, through the one {@link io.weir.aggregator.LedgerFold}, work beside a running proxy and on copies, hold no more than is open
 * and a bounded number besides, and share their exit statuses: see {@link io.weir.replaytool.ExitStatus}.
 *
 * <p>Threads: a command runs on its caller's thread and starts none. Whatever came from the wire passes
 * {@link io.weir.replaytool.TerminalText} or a JSON generator before it reaches a terminal.
 */
@NullMarked
package io.weir.replaytool;

import org.jspecify.annotations.NullMarked;
