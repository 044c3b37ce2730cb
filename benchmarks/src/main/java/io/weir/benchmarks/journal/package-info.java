/** How long journals are written, and how fast the offline commands read them. */
@NullMarked
package io.weir.benchmarks.journal;

import org.jspecify.annotations.NullMarked;
