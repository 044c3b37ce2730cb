/*
 * What the table of connections shows: the sessions that match the filter, sorted, exchanges under their tunnels.
 *
 * There may be 100,000. So the work is done in slices (slices.js), whether a session matches is remembered with it until its facts
 * change, and what was in order stays in order before the next sort.
 */
import { now as nodeNow, ticks } from "./now.js";
import { sorted } from "./slices.js";

/** @typedef {{q?: string, host?: string, client?: string, user?: string, protocol?: string, state?: string}} Filter */

const EACH = 1024;
let filters = 0, builds = 0; // of all views: what an entry remembers of one must not be taken for another's
const INTERCEPTED = "HTTPS-MITM"; // to the gateway's filter an intercepted tunnel is of that kind, too
const lower = (text) => (text || "").toLowerCase();
const sought = (text) => lower(text).trim();

/** Whether a session matches, by the rules that the gateway has for closing by filter: what is seen is what would be closed. */
export function matches(entry, filter) {
  const { row } = entry, { q } = filter;
  return (!filter.protocol || row.protocol === filter.protocol || filter.protocol === INTERCEPTED && row.protocol === "TUNNEL") && (!filter.user || row.user === filter.user)
    && (!filter.host || lower(row.host).includes(filter.host)) && (!filter.client || lower(row.remote).includes(filter.client))
    && (!q || entry.searched.includes(q) || String(row.id) === q);
}

const KEYS = {
  id: (entry) => entry.id,
  host: (entry) => entry.row.host,
  kind: (entry) => entry.row.protocol,
  client: (entry) => entry.row.remote,
  user: (entry) => entry.row.user || "",
  rule: (entry) => entry.row.rule || "",
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
    this.rows = [];           // entries in the order shown
    this.parents = new Set(); // ids of those that have exchanges under them
    this.matched = 0;
    this.openMatches = 0;
    this.hasUsers = false;    // whether any session, shown or not, is somebody's
    this.hasRoutes = false;   // whether any met a rule, or went by a proxy
    this.roots = [];
    this.number = 0;          // of the filter
    this.filter = "";
  }

  /** Works out what is shown; the fields change all at once, at the end. @param {{filter: Filter, sort: {key: string, desc: boolean}, collapsed: Set<number>}} wanted */
  *steps({ filter, sort, collapsed }) {
    const key = JSON.stringify(filter);
    if (key !== this.filter) {
      this.filter = key;
      this.number = ++filters;
    }
    const wanted = { ...filter, host: sought(filter.host), client: sought(filter.client), user: (filter.user || "").trim(), q: sought(filter.q) };
    const found = yield* this.collect(wanted);
    const roots = yield* this.order(found.roots, sort);
    const shown = yield* flatten(roots, found.children, collapsed);
    Object.assign(this, { roots, rows: shown.rows, parents: shown.parents, matched: found.matched, openMatches: found.openMatches, hasUsers: found.hasUsers, hasRoutes: found.hasRoutes });
  }

  *collect({ state, ...filter }) {
    const { entries } = this.table, number = this.number, build = ++builds, children = new Map(), fresh = [];
    let matched = 0, openMatches = 0, hasUsers = false, hasRoutes = false, n = 0;
    const isIn = (entry) => !state || (state === "closed") === entry.closed;
    for (const entry of entries.values()) {
      if (entry.matches !== number && entry.matches !== -number) entry.matches = matches(entry, filter) ? number : -number;
      entry.isMatch = entry.matches === number && isIn(entry);
      hasUsers ||= !!entry.row.user;
      hasRoutes ||= !!entry.row.rule || !!entry.row.upstream;
      if (entry.isMatch) {
        matched++;
        if (!entry.closed) openMatches++;
      }
      if (entry.isChild && entries.has(entry.row.parentId)) {
        if (!children.has(entry.row.parentId)) children.set(entry.row.parentId, []);
        children.get(entry.row.parentId).push(entry);
      } else if (entry.isMatch) {
        entry.shown = build;
      }
      if (++n % EACH === 0) yield;
    }
    for (const [id, list] of children) {
      const parent = entries.get(id), all = parent?.matches === number;
      const shown = list.filter((child) => child.isMatch || all && isIn(child));
      if (shown.length && parent) parent.shown = build; // as the place where they belong, even if it does not match itself
      children.set(id, shown);
    }
    yield;
    const roots = yield* this.inOrder(build, fresh);
    return { roots, children, matched, openMatches, hasUsers, hasRoutes };
  }

  /** Those shown before come in the order that they had, and those that are new in front of them. */
  *inOrder(build, fresh) {
    const kept = [];
    let n = 0;
    for (const entry of this.roots) {
      if (entry.shown === build && !entry.gone) {
        kept.push(entry);
        entry.shown = 0;
      }
      if (++n % EACH === 0) yield;
    }
    for (const entry of this.table.entries.values()) {
      if (entry.shown === build) fresh.push(entry);
      if (++n % EACH === 0) yield;
    }
    return fresh.length ? fresh.reverse().concat(kept) : kept;
  }

  *order(roots, { key, desc }) {
    const keyOf = KEYS[key] || KEYS.id, now = ticks(), time = nodeNow(), sign = desc ? -1 : 1;
    for (let i = 0; i < roots.length; i++) {
      roots[i].key = keyOf(roots[i], now, time);
      if (i % EACH === 0) yield;
    }
    return yield* sorted(roots, (a, b) => a.key < b.key ? -sign : a.key > b.key ? sign : b.id - a.id);
  }
}

function* flatten(roots, children, collapsed) {
  const rows = [], parents = new Set();
  let n = 0;
  for (const root of roots) {
    rows.push(root);
    const list = children.get(root.id);
    if (list?.length) {
      parents.add(root.id);
      if (!collapsed.has(root.id)) for (const child of list) rows.push(child);
    }
    if (++n % EACH === 0) yield;
  }
  return { rows, parents };
}
