/*
 * What the table of connections shows: the sessions that match the filter, sorted, exchanges under their tunnels.
 *
 * There may be 100,000, so it works in steps that repeat as little as they can: whether a session matches is remembered with it until
 * its facts change, and what was in order stays in order before the sort, which is then nearly linear.
 */
import { isChild } from "./sessions.js";

/** @typedef {{q?: string, host?: string, client?: string, user?: string, protocol?: string, state?: string}} Filter */

const lower = (text) => (text || "").toLowerCase();

/** Whether a row matches, by the rules that the gateway has for closing by filter: what is seen is what would be closed. */
export function matches(row, filter) {
  if (filter.protocol && row.protocol !== filter.protocol) return false;
  if (filter.user && row.user !== filter.user) return false;
  if (filter.host && !lower(row.host).includes(filter.host)) return false;
  if (filter.client && !lower(row.remote).includes(filter.client)) return false;
  const { q } = filter;
  return !q || lower(row.host).includes(q) || lower(row.url).includes(q) || lower(row.remote).includes(q) || lower(row.user).includes(q)
    || lower(row.method).includes(q) || String(row.id) === q;
}

const isIn = (entry, state) => !state || (state === "closed") === entry.closed;

const KEYS = {
  id: (entry) => entry.id,
  host: (entry) => entry.row.host,
  kind: (entry) => entry.row.protocol,
  client: (entry) => entry.row.remote,
  user: (entry) => entry.row.user || "",
  age: (entry, now, time) => (entry.closed ? entry.end : time) - entry.start,
  up: (entry) => entry.row.up,
  down: (entry) => entry.row.down,
  rateUp: (entry, now) => entry.up(now),
  rateDown: (entry, now) => entry.down(now),
  state: (entry) => entry.closed ? entry.row.reason || "" : "",
};

export class SessionView {
  constructor(table) {
    this.table = table;
    this.rows = [];        // entries in the order shown
    this.parents = new Set(); // ids of those that have exchanges under them
    this.openMatches = 0;
    this.matched = 0;
    this.tookMs = 0;
    this.roots = [];
    this.number = 1;
    this.filter = "";
    this.build = 0;
  }

  /** @param {Filter} filter @param {{key: string, desc: boolean}} sort @param {Set<number>} collapsed */
  update(filter, sort, collapsed, now = performance.now()) {
    const began = performance.now(), key = JSON.stringify(filter);
    if (key !== this.filter) {
      this.filter = key;
      this.number++;
    }
    const wanted = { ...filter, host: lower(filter.host), client: lower(filter.client), q: lower(filter.q).trim() };
    const children = this.collect(wanted);
    this.order(this.roots, sort, now);
    this.flatten(children, collapsed);
    this.tookMs = performance.now() - began;
  }

  collect(wanted) {
    const { entries } = this.table, number = this.number, build = ++this.build, children = new Map(), fresh = [], roots = [];
    this.matched = this.openMatches = 0;
    for (const entry of entries.values()) {
      if (entry.matches !== number && entry.matches !== -number) entry.matches = matches(entry.row, wanted) ? number : -number;
      entry.isMatch = entry.matches === number && isIn(entry, wanted.state);
      if (entry.isMatch) {
        this.matched++;
        if (!entry.closed) this.openMatches++;
      }
      const parent = isChild(entry.row) ? entries.get(entry.row.parentId) : undefined;
      if (parent) {
        if (!children.has(parent.id)) children.set(parent.id, []);
        children.get(parent.id).push(entry);
      } else {
        entry.seen = build;
        entry.shown = entry.isMatch;
      }
    }
    for (const [id, list] of children) {
      const parent = entries.get(id), all = parent.matches === number;
      const shown = list.filter((child) => child.isMatch || all && isIn(child, wanted.state));
      if (shown.length) parent.shown = true; // as the place where they belong, even if it does not match itself
      children.set(id, shown);
    }
    for (const entry of this.roots) { // in the order that they had
      if (entry.seen === build && entry.shown) {
        roots.push(entry);
        entry.seen = 0;
      }
    }
    for (const entry of entries.values()) {
      if (entry.seen === build && entry.shown) fresh.push(entry);
    }
    fresh.reverse(); // the newest come first, as they do in the order that is usual
    this.roots = fresh.length ? fresh.concat(roots) : roots;
    return children;
  }

  order(roots, { key, desc }, now) {
    const keyOf = KEYS[key] || KEYS.id, time = Date.now(), sign = desc ? -1 : 1;
    for (const entry of roots) entry.key = keyOf(entry, now, time);
    let isOrdered = true;
    const compare = (a, b) => a.key < b.key ? -sign : a.key > b.key ? sign : b.id - a.id;
    for (let i = 1; i < roots.length && isOrdered; i++) isOrdered = compare(roots[i - 1], roots[i]) <= 0;
    if (!isOrdered) roots.sort(compare);
  }

  flatten(children, collapsed) {
    const rows = [];
    this.parents = new Set();
    for (const root of this.roots) {
      rows.push(root);
      const list = children.get(root.id);
      if (!list?.length) continue;
      this.parents.add(root.id);
      if (!collapsed.has(root.id)) for (const child of list) rows.push(child);
    }
    this.rows = rows;
  }
}
