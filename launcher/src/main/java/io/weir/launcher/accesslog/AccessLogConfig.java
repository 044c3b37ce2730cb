package io.weir.launcher.accesslog;

import io.weir.launcher.logfile.Rotation;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How an access log is written. Immutable.
 *
 * @param file where
 * @param openEvery how often a session that goes on gets a line
 */
public record AccessLogConfig(Path file, AccessFormat format, Duration openEvery, Rotation rotation) {}
