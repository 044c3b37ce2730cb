/*
 * From what the journal says moved in each step to what a chart draws. Steps are drawn as steps, each as wide as it lasted;
 * the sum is a line through the ends of the steps, and begins with 0.
 */

/**
 * @typedef {{from: number, stepMillis: number, up: number[], down: number[], overheadUp: number[], overheadDown: number[]}} Timeline
 */

/** @param {Timeline} timeline @returns {[number[], number[], number[]]} times in ms, bytes down, bytes up */
export function perStep({ from, stepMillis, up, down }) {
  const times = up.map((_, i) => from + i * stepMillis);
  times.push(from + up.length * stepMillis); // where the last step ends
  return [times, [...down, down[down.length - 1] ?? 0], [...up, up[up.length - 1] ?? 0]];
}

/** @param {Timeline} timeline @returns {[number[], number[], number[]]} times in ms, bytes down and up until then */
export function cumulative({ from, stepMillis, up, down }) {
  const sums = (deltas) => {
    const result = [0];
    for (const delta of deltas) result.push(result[result.length - 1] + delta);
    return result;
  };
  return [Array.from({ length: up.length + 1 }, (_, i) => from + i * stepMillis), sums(down), sums(up)];
}

const sum = (deltas) => deltas.reduce((all, delta) => all + delta, 0);

/** @param {Timeline} timeline */
export function totals(timeline) {
  return { up: sum(timeline.up), down: sum(timeline.down), overheadUp: sum(timeline.overheadUp || []), overheadDown: sum(timeline.overheadDown || []) };
}

/** The steps in which anything moved, for a table. @param {Timeline} timeline */
export function movingSteps({ from, stepMillis, up, down, overheadUp = [], overheadDown = [] }) {
  return up.map((_, i) => ({ time: from + i * stepMillis, up: up[i], down: down[i], overheadUp: overheadUp[i] || 0, overheadDown: overheadDown[i] || 0 }))
    .filter((step) => step.up + step.down + step.overheadUp + step.overheadDown > 0);
}
