/**
 * Stores the bodies of exchanges that an operator asked to capture. Entry points: {@link io.weir.proxyengine.bodies.BodyStore}, and for each
 * message a {@link io.weir.proxyengine.bodies.BodyRecorder}.
 *
 * <p>Event loops copy what passes into pieces and queue them; one thread, {@code weir-bodies}, does all that touches the disk. The queue has a
 * budget: a body for which there is no room is given up, and never waited for.
 *
 * <p>The layout is what other modules read by:
 * <pre>
 * FOLDER            0700
 *   ab              0700, the first two digits of the names in it
 *     abcdef…       0600, a whole body, named by its SHA-256 in lower-case hex (64 digits)
 *   tmp             0700
 *     …             0600, a body that is under way; of no use to others, and deleted at the next start
 * </pre>
 * A file appears under its name by an atomic rename, so whoever finds it finds it whole. Its mtime says when such a body was last
 * seen; the oldest go first. All that withstands a crash of this process; a crash of the machine may cost the latest bodies, for nothing is synced.
 */
@NullMarked
package io.weir.proxyengine.bodies;

import org.jspecify.annotations.NullMarked;
