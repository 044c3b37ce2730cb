/* Top hosts, clients and users, out of the table of sessions. */
import { ticks } from "./now.js";

const EACH = 1024;

/** The address without its port: "10.0.0.1" of "10.0.0.1:50312", "::1" of "[::1]:50312". */
export function clientOf(remote) {
  const at = remote.lastIndexOf(":");
  const address = at > 0 ? remote.slice(0, at) : remote;
  return address.startsWith("[") && address.endsWith("]") ? address.slice(1, -1) : address;
}

/** @typedef {{name: string, up: number, down: number, rateUp: number, rateDown: number, open: number}} Group */

export class Groups {
  constructor(table) {
    this.table = table;
    this.host = [];
    this.client = [];
    this.user = []; // of those who are somebody
  }

  /** Groups the root sessions, whose bytes include those of the exchanges in them; in slices, see slices.js. */
  *steps() {
    const hosts = new Map(), clients = new Map(), users = new Map(), now = ticks();
    let n = 0;
    for (const entry of this.table.entries.values()) {
      if (!entry.isChild) {
        entry.client ??= clientOf(entry.row.remote);
        add(hosts, entry.row.host, entry, now);
        add(clients, entry.client, entry, now);
        if (entry.row.user) add(users, entry.row.user, entry, now);
      }
      if (++n % EACH === 0) yield;
    }
    this.host = [...hosts.values()];
    this.client = [...clients.values()];
    this.user = [...users.values()];
  }

  /** @param {"host"|"client"|"user"} by @param {"rate"|"bytes"} order @returns {Group[]} the biggest first; by rate the quiet ones after them */
  top(by, order, limit) {
    const total = (group) => group.up + group.down, size = order === "rate" ? (group) => group.rateUp + group.rateDown : total;
    return this[by].filter((group) => total(group) > 0 || group.open > 0)
      .sort((a, b) => size(b) - size(a) || b.open - a.open || total(b) - total(a) || (a.name < b.name ? -1 : 1)).slice(0, limit);
  }
}

function add(groups, name, entry, now) {
  let group = groups.get(name);
  if (!group) groups.set(name, group = { name, up: 0, down: 0, rateUp: 0, rateDown: 0, open: 0 });
  group.up += entry.row.up;
  group.down += entry.row.down;
  if (!entry.closed) group.open++;
  if (entry.rateAt > 0) {
    group.rateUp += entry.lately(entry.rateUp, now);
    group.rateDown += entry.lately(entry.rateDown, now);
  }
}
