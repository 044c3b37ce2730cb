/*
 * The node's clock. The viewer's may be minutes off, and every time that is shown or asked for was written by the node: ages, ranges and
 * the chart go by this one.
 */
const NEAR_MS = 2000; // the message took its time, too; so near, the viewer's clock is the better one
let ahead = 0;

/** Milliseconds since 1970, by the node's clock as far as it is known. */
export const now = () => replay ? replayed() : Date.now() + ahead;

/* While history is played, the time is that of the replay, which the gateway tells each second; in between it runs on at the speed it said. */
let replay = null, toldAt = 0;

function replayed() {
  if (replay.state !== "playing" || replay.speed === "max") return replay.at;
  return Math.min(replay.to, replay.at + (performance.now() - toldAt) * replay.speed);
}

/** The replay's state as the gateway told it last. @param {{state: string, at: number, to: number, speed: number|"max"}} state */
export function followReplay(state) {
  replay = state;
  toldAt = performance.now();
}

/** In ms since whenever: what rates are measured by. */
export const ticks = () => replay ? replayed() : performance.now();

/** What time it was at the node a moment ago. @param {number} ms since 1970 */
export function nodeTime(ms) {
  const difference = ms - Date.now();
  ahead = Number.isFinite(difference) && Math.abs(difference) > NEAR_MS ? difference : 0;
}
