/** Files of lines that a node appends to: rotation, and text from the wire made harmless. Each file belongs to one thread. */
@NullMarked
package io.weir.launcher.logfile;

import org.jspecify.annotations.NullMarked;
