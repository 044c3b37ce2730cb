/**
 * The proof of the journal: the hash chain over its records, the signed seals that close its spans, and the key of this install
 * that signs them.
 *
 * <p>Entry points: {@link io.weir.aggregator.seal.RecordChain} (writer and verifier fold records into the same one), {@link
 * io.weir.aggregator.seal.SealKey} (signs), {@link io.weir.aggregator.seal.SealPublicKey} (checks), {@link
 * io.weir.aggregator.seal.Anchor} (a seal as a line to store elsewhere). No threads of its own.
 */
@NullMarked
package io.weir.aggregator.seal;

import org.jspecify.annotations.NullMarked;
