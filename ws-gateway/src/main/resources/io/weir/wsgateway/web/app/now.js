/*
 * The node's clock. The viewer's may be minutes off, and every time that is shown or asked for was written by the node: ages, ranges and
 * the chart go by this one.
 */
const NEAR_MS = 2000; // the message took its time, too; so near, the viewer's clock is the better one
let ahead = 0;

/** Milliseconds since 1970, by the node's clock as far as it is known. */
export const now = () => Date.now() + ahead;

/** What time it was at the node a moment ago. @param {number} ms since 1970 */
export function nodeTime(ms) {
  const difference = ms - Date.now();
  ahead = Number.isFinite(difference) && Math.abs(difference) > NEAR_MS ? difference : 0;
}
