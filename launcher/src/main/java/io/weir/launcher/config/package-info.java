/**
 * The configuration: one table of keys, the file that sets them, the options of the command line that come before it, and its changes
 * while a node runs. {@link io.weir.launcher.config.Keys} is the table, {@link io.weir.launcher.config.ConfigReader} reads and checks,
 * {@link io.weir.launcher.config.Settings} is what comes of it, {@link io.weir.launcher.config.ConfigKeeper} keeps it up to date.
 */
@NullMarked
package io.weir.launcher.config;

import org.jspecify.annotations.NullMarked;
