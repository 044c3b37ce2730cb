/**
 * The composition root: reads the configuration, wires the modules and is the {@code weir} command.
 */
@NullMarked
package io.weir.launcher;

import org.jspecify.annotations.NullMarked;
