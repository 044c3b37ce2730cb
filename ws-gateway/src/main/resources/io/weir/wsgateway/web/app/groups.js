/* Top hosts and top clients, out of the table of sessions. */
import { isChild } from "./sessions.js";

/** The address without its port: "10.0.0.1" of "10.0.0.1:50312", "::1" of "[::1]:50312". */
export function clientOf(remote) {
  const at = remote.lastIndexOf(":");
  const address = at > 0 ? remote.slice(0, at) : remote;
  return address.startsWith("[") && address.endsWith("]") ? address.slice(1, -1) : address;
}

/**
 * Groups the root sessions, whose bytes include those of the exchanges in them.
 *
 * @param {"host"|"client"} by
 * @param {"rate"|"bytes"} order
 * @returns {{name: string, up: number, down: number, open: number}[]} the biggest first
 */
export function top(table, by, order, limit, now) {
  const groups = new Map();
  for (const entry of table.entries.values()) {
    const { row } = entry;
    if (isChild(row)) continue;
    const name = by === "host" ? row.host : clientOf(row.remote);
    let group = groups.get(name);
    if (!group) groups.set(name, group = { name, up: 0, down: 0, open: 0 });
    if (order === "rate") {
      group.up += entry.up(now);
      group.down += entry.down(now);
    } else {
      group.up += row.up;
      group.down += row.down;
    }
    if (!entry.closed) group.open++;
  }
  return [...groups.values()].sort((a, b) => b.up + b.down - a.up - a.down || b.open - a.open || (a.name < b.name ? -1 : 1)).slice(0, limit);
}
