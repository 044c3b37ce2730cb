/*
 * Long work in short slices, so that a frame is never late for it. Work is a generator that yields every so many items; what it makes
 * must only be shown when it is complete.
 */
const SLICE_MS = 5;
const REST_SHARE = 4; // work that took long is repeated more rarely: at most a fifth of the time is spent on it

/** Work that is done again and again, on data that goes on changing. */
export class Repeated {
  /**
   * @param {(wanted: any) => Generator} work made anew for each run
   * @param {() => void} onDone
   * @param {{everyMs: number}} options
   */
  constructor(work, onDone, { everyMs }) {
    this.work = work;
    this.onDone = onDone;
    this.everyMs = everyMs;
    this.steps = null;
    this.wanted = undefined;
    this.doneAt = -Infinity;
    this.spentMs = 0;
    this.frame = 0;
  }

  /** Runs if it is time to, or at once if something else is wanted than before. `isSame` compares two such wishes. */
  want(wanted, isSame) {
    const isNew = this.wanted === undefined || !isSame(this.wanted, wanted), now = performance.now();
    if (!isNew && (this.steps || now - this.doneAt < Math.max(this.everyMs, this.spentMs * REST_SHARE))) return;
    this.wanted = wanted;
    this.steps = this.work(wanted);
    this.spentMs = 0;
    this.slice(false); // little work is done right now, and is seen in this very frame
  }

  slice(tells) {
    const began = performance.now();
    let isDone = false;
    do isDone = this.steps.next().done === true; while (!isDone && performance.now() - began < SLICE_MS);
    this.spentMs += performance.now() - began;
    if (isDone) {
      this.steps = null;
      this.doneAt = performance.now();
      if (tells) this.onDone();
    } else if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        if (this.steps) this.slice(true);
      });
    }
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.steps = null;
    this.wanted = undefined;
  }
}

const CHUNK = 2048;

/** Sorts a list by chunks that are then merged, yielding in between. What is in order already costs next to nothing. */
export function* sorted(list, compare) {
  let runs = [];
  for (let i = 0; i < list.length; i += CHUNK) {
    runs.push(list.slice(i, i + CHUNK).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged = [];
    for (let i = 0; i < runs.length; i += 2) merged.push(i + 1 < runs.length ? yield* merge(runs[i], runs[i + 1], compare) : runs[i]);
    runs = merged;
  }
  return runs[0] || [];
}

function* merge(a, b, compare) {
  if (compare(a[a.length - 1], b[0]) <= 0) return a.concat(b);
  if (compare(b[b.length - 1], a[0]) <= 0) return b.concat(a);
  const all = new Array(a.length + b.length);
  for (let i = 0, j = 0, k = 0; k < all.length; k++) {
    all[k] = j >= b.length || i < a.length && compare(a[i], b[j]) <= 0 ? a[i++] : b[j++];
    if (k % CHUNK === CHUNK - 1) yield;
  }
  return all;
}
