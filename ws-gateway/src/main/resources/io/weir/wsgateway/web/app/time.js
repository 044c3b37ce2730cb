/*
 * What time it is: the viewer's clock or, while history is played, that of the replay, which the gateway tells each second and which
 * runs on in between at the speed it said. No time is shown or measured by any other clock.
 */
let replay = null, toldAt = 0;

/** The replay's state as the gateway told it last. @param {{state: string, at: number, to: number, speed: number|"max"}} state */
export function followReplay(state) {
  replay = state;
  toldAt = performance.now();
}

/** In ms since 1970. */
export function time() {
  if (!replay) return Date.now();
  if (replay.state !== "playing" || replay.speed === "max") return replay.at;
  return Math.min(replay.to, replay.at + (performance.now() - toldAt) * replay.speed);
}

/** In ms since whenever: what rates are measured by. */
export const ticks = () => replay ? time() : performance.now();
