import { h } from "./dom.js";
import { t } from "./i18n.js";
import { bytes, exact, safe } from "./format.js";

/*
 * Both legs of a session with its six counts, and what their difference means. A relayed tunnel passes on what it reads, so
 * there a difference is what was not delivered; everywhere else the two legs carry different bytes for a reason of their own.
 */

/** More than a rewritten head explains, in bytes. */
const HEADS = 2048;

/**
 * What to say of one direction.
 * @param {any} row
 * @param {number} received what came in at one leg
 * @param {number} delivered what went out at the other
 * @returns {{mood: "good" | "warn" | "plain", key: string, n: number}} n: bytes
 */
export function differenceOf(row, received, delivered) {
  const missing = received - delivered, n = Math.abs(missing), isOpen = row.status !== "Closed";
  if (received === 0 && delivered === 0) return { mood: "plain", key: "nothing", n };
  if (row.protocol === "TUNNEL") return { mood: "plain", key: n === 0 ? "whole" : "recoded", n };
  if (n === 0) return { mood: "good", key: "whole", n };
  if (row.protocol === "HTTPS-Tunnel") {
    if (missing < 0) return { mood: "plain", key: "ownHandshake", n };
    return isOpen ? { mood: "plain", key: "underWay", n } : { mood: "warn", key: "lost", n };
  }
  if (missing > 0 && !isOpen && row.reason !== "COMPLETED") return { mood: n > HEADS ? "warn" : "plain", key: "cutShort", n };
  return { mood: "plain", key: "rewritten", n };
}

/** @param {{row: any}} props */
export function Legs({ row }) {
  return h("div.legs", { "data-test": "legs" },
    h("div.ends", { "aria-hidden": "true" },
      h("span.end", h("b", t("s.client")), h("span.addr", safe(row.remote))),
      h("span.end.end-weir", h("b", "Weir")),
      h("span.end.end-origin", h("b", t("s.origin")), h("span.addr", safe(row.originAddress || row.host)))),
    h(Direction, { name: "up", row, received: row.up, delivered: row.originUp, overhead: row.overheadUp }),
    h(Direction, { name: "down", row, received: row.originDown, delivered: row.down, overhead: row.overheadDown }));
}

/** One direction, as it flows: received at one leg, delivered at the other; overhead is the client leg's. */
function Direction({ name, row, received, delivered, overhead }) {
  const difference = differenceOf(row, received, delivered), isUp = name === "up";
  const client = h(Leg, { key: "client", name: isUp ? "up" : "down", verb: isUp ? "receivedFromClient" : "deliveredToClient", value: isUp ? received : delivered, overhead });
  const origin = h(Leg, { key: "origin", name: isUp ? "originUp" : "originDown", verb: isUp ? "deliveredToOrigin" : "receivedFromOrigin", value: isUp ? delivered : received });
  return h("section", { class: "direction direction-" + name, "aria-label": t("s." + name) },
    h("h3", h("span", { class: "key key-" + name }), t("s." + name)),
    client, h("span.flow", { "aria-hidden": "true" }), origin,
    h("p", { class: "difference difference-" + difference.mood, "data-test": "difference-" + name, "data-kind": difference.key },
      t("s.diff." + difference.key, { n: difference.n })));
}

function Leg({ name, verb, value, overhead }) {
  return h("div.leg",
    h("p.small", t("s." + verb)),
    h("p.leg-size", { title: bytes(value) }, h("b", { "data-test": "count-" + name }, exact(value)), " ", t("s.bytes")),
    overhead !== undefined && h("p.small", "+ ",
      h("span", { "data-test": name === "up" ? "count-overheadUp" : "count-overheadDown" }, exact(overhead)), " ", t("s.overhead")));
}
