/**
 * Offline work on a journal: {@code weir audit}, which proves that its sums agree, and {@code weir journal}, which shows
 * what is in it.
 *
 * <p>Entry points are the commands that the launcher mounts: {@link io.weir.replaytool.AuditCommand} and
 * {@link io.weir.replaytool.JournalCommand}. They only read, work beside a running proxy and on copies, and share their
 * exit statuses: see {@link io.weir.replaytool.ExitStatus}.
 *
 * <p>Threads: a command runs on its caller's thread and starts none. Whatever came from the wire passes
 * {@link io.weir.replaytool.TerminalText} or a JSON generator before it reaches a terminal.
 */
@NullMarked
package io.weir.replaytool;

import org.jspecify.annotations.NullMarked;
