/**
 * The access log: a line for each session, read from the journal. {@link io.weir.launcher.accesslog.AccessLog} follows a running node on
 * a thread of its own, {@code weir-access-log}; {@link io.weir.launcher.accesslog.AccessLogCommand} prints the same lines afterwards.
 */
@NullMarked
package io.weir.launcher.accesslog;

import org.jspecify.annotations.NullMarked;
