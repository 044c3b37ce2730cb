/*
 * The table of sessions, folded from the messages of the topic `changes`.
 *
 * It holds plain objects outside of any component, as there may be 100,000 of them. A step gives absolute figures, so applying it
 * twice changes nothing. Everything that is open is held, and of the closed ones the last CLOSED_KEPT.
 */
import { now as nodeNow } from "./now.js";

const CLOSED_KEPT = 5000;
const SMOOTHING_MS = 1200;

/** Whether a row is an exchange within an intercepted tunnel. */
export const isChild = (row) => row.parentId !== 0 && row.parentId !== row.id;

export const isClosed = (row) => row.status === "Closed";

/** A session with what the page knows beyond its row. `row` is as the gateway sent it. */
export class Entry {
  constructor(row) {
    this.id = row.id;
    this.row = row;
    this.isChild = isChild(row);
    this.closed = isClosed(row);
    this.start = Date.parse(row.startTime);
    this.end = row.endTime ? Date.parse(row.endTime) : NaN;
    this.rateUp = 0;   // bytes per second as of rateAt; they fade from then on
    this.rateDown = 0;
    this.rateAt = 0;
    this.gone = false; // no longer in the table
    this.client = undefined;
    /* Of the view: the filter's number if it matches, its negative if not, 0 if that is not known; and what else it remembers. */
    this.matches = 0;
    this.isMatch = false;
    this.shown = 0;
    this.key = 0;
    this.text = "";
  }

  /** Bytes per second at `now` (ticks() of now.js). */
  up(now) { return this.closed ? 0 : this.lately(this.rateUp, now); }
  down(now) { return this.closed ? 0 : this.lately(this.rateDown, now); }

  /** What is left of a rate at `now`, also when it has closed: for sums, in which what came and went within a step counts too. */
  lately(rate, now) { return rate === 0 ? 0 : faded(rate, now - this.rateAt); }

  /** What a search looks through, in lower case; made when somebody first searches. */
  get searched() {
    const { host, url, remote, user, method } = this.row;
    return this.text ||= [host, url, remote, user || "", method].join("\n").toLowerCase();
  }

  /** Takes over the facts of a whole row. */
  replace(row) {
    this.row = row;
    this.isChild = isChild(row);
    this.matches = 0;
    this.text = "";
  }
}

function faded(rate, ms) {
  const left = rate * Math.exp(-Math.max(0, ms - 600) / SMOOTHING_MS); // the next step may yet come with as much
  return left < 1 ? 0 : left;
}

export class SessionTable {
  constructor() {
    /** @type {Map<number, Entry>} */
    this.entries = new Map();
    this.closedIds = []; // in the order in which they closed
    this.closedFrom = 0; // of closedIds, the first that is held
    this.position = null; // {seq, node}: of the last step that was complete
    this.version = 0;     // counts every change
    this.resets = 0;      // counts how often everything began anew
    this.stepAt = 0;
    this.stepMs = 500;
    this.pending = false; // within a step of several parts
    this.beginning = false; // within the step that tells what there was before
  }

  get size() { return this.entries.size; }
  get(id) { return this.entries.get(id); }
  get closedHeld() { return this.closedIds.length - this.closedFrom; }
  get open() { return this.entries.size - this.closedHeld; }

  /** Folds a message of the topic. @param {number} now ticks() of now.js */
  apply(message, now) {
    if (message.reset) {
      this.clear();
      this.beginning = true;
    }
    if (!this.pending) {
      this.stepMs = this.stepAt && !message.reset ? Math.max(100, now - this.stepAt) : 500;
      this.stepAt = now;
    }
    for (const row of message.data) this.put(row, now);
    this.pending = message.more === true;
    if (!this.pending) {
      this.position = { seq: message.seq, node: message.node };
      this.beginning = false;
      this.trim();
    }
    this.version++;
  }

  put(row, now) {
    const entry = this.entries.get(row.id);
    if (!entry) {
      if (row.status) this.add(new Entry(row), now); // a part of a row whose facts we were to know: nothing to show
      return;
    }
    if (entry.closed) return;
    const up = row.up - entry.row.up, down = row.down - entry.row.down;
    if (up > 0 || down > 0) this.meter(entry, up, down, now);
    if (row.status) {
      entry.replace(row);
      if (isClosed(row)) this.close(entry);
    } else {
      Object.assign(entry.row, row);
    }
  }

  meter(entry, up, down, now) {
    const keep = Math.exp(-this.stepMs / SMOOTHING_MS), fresh = (1 - keep) * 1000 / this.stepMs;
    const idle = Math.exp(-Math.max(0, now - entry.rateAt - this.stepMs) / SMOOTHING_MS);
    entry.rateUp = entry.rateUp * idle * keep + up * fresh;
    entry.rateDown = entry.rateDown * idle * keep + down * fresh;
    entry.rateAt = now;
  }

  add(entry, now) {
    this.entries.set(entry.id, entry);
    const { up, down } = entry.row;
    if (!this.beginning && (up > 0 || down > 0)) this.meter(entry, up, down, now); // all of it moved since the step before
    if (entry.closed) this.close(entry);
  }

  close(entry) {
    entry.closed = true;
    entry.end = entry.row.endTime ? Date.parse(entry.row.endTime) : nodeNow();
    this.closedIds.push(entry.id);
  }

  /** Lets go of the closed ones that are too many, the oldest first. */
  trim() {
    while (this.closedHeld > CLOSED_KEPT) {
      const id = this.closedIds[this.closedFrom++];
      this.entries.get(id).gone = true;
      this.entries.delete(id);
    }
    if (this.closedFrom > CLOSED_KEPT) {
      this.closedIds.splice(0, this.closedFrom);
      this.closedFrom = 0;
    }
  }

  /** The connection went in the middle of a step: its parts stay, being absolute, but the position is the one before. */
  abandonStep() {
    this.pending = false;
  }

  clear() {
    for (const entry of this.entries.values()) entry.gone = true;
    this.entries.clear();
    this.closedIds = [];
    this.closedFrom = 0;
    this.position = null;
    this.resets++;
    this.stepAt = 0;
    this.pending = false;
  }
}
