/**
 * JMH benchmarks, named for the question they answer, and the load comparison.
 */
@NullMarked
package io.weir.benchmarks;

import org.jspecify.annotations.NullMarked;
