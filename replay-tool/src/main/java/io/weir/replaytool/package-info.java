/**
 * Offline work on a journal: replay, audit, export, verify.
 */
@NullMarked
package io.weir.replaytool;

import org.jspecify.annotations.NullMarked;
