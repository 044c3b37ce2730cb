/* The hosts, the clients, or the users that carry the most. */
import { h, useEffect, useMemo, useReducer, useState } from "../dom.js";
import { bytes, exact, rate, safe } from "../format.js";
import { Groups } from "../groups.js";
import { t } from "../i18n.js";
import { href } from "../route.js";
import { Repeated } from "../slices.js";
import { store, useStore } from "../store.js";

const LINES = 8;

/** The lists, as they come out of the same pass over the sessions. */
export function TopLists() {
  const groups = useMemo(() => new Groups(store.sessions), []), [, again] = useReducer((n) => n + 1, 0);
  const work = useMemo(() => new Repeated(() => groups.steps(), again, { everyMs: 1000 }), []);
  useEffect(() => () => work.stop(), []);
  useStore(["sessions", "traffic"]);
  work.want(store.sessions.resets, (a, b) => a === b);
  return h("div.tops", h(TopList, { groups, by: "host" }), h(TopList, { groups, by: "client" }), groups.user.length > 0 ? h(TopList, { groups, by: "user" }) : null);
}

/** @param {{groups: Groups, by: "host"|"client"|"user"}} props */
function TopList({ groups, by }) {
  const [order, setOrder] = useState("rate"), isRate = order === "rate", show = isRate ? rate : bytes;
  const lines = groups.top(by, order, LINES).map(({ name, open, up, down, rateUp, rateDown }) =>
    isRate ? { name, open, up: rateUp, down: rateDown } : { name, open, up, down });
  const most = Math.max(1, ...lines.map((line) => line.up + line.down));
  return h("section.panel.top-list", { "aria-label": t("top." + by), "data-test": "top-" + by },
    h("header.top-head", h("h2", t("top." + by)),
      h("div.segments.small-segments", { role: "group", "aria-label": t("top.order") }, ["rate", "bytes"].map((name) =>
        h("button", { key: name, type: "button", "aria-pressed": String(name === order), "data-test": "top-" + by + "-" + name,
          title: t("top." + name + "Title"), onClick: () => setOrder(name) }, t("top." + name))))),
    lines.length === 0 ? h("p.empty", t(store.sessions.position ? "top.none" : "loading")) : h("ol", lines.map((group) =>
      h("li", { key: group.name, "data-test": "top-row", "data-name": group.name },
        h("a", { href: href("connections", { [by]: group.name }), title: safe(group.name) },
          h("span.top-name.clip", safe(group.name) || t("row.noHost")),
          h("span.top-open.small", t("top.open", { n: group.open })),
          h("span.top-value.num", { title: t("top.title", { down: exact(Math.round(group.down)), up: exact(Math.round(group.up)) }) }, group.up + group.down > 0 ? show(group.up + group.down) : h("span.zero", "–")),
          h("span.bar", { "aria-hidden": "true" },
            h("span.bar-down", { style: { width: group.down / most * 100 + "%" } }),
            h("span.bar-up", { style: { width: group.up / most * 100 + "%" } })))))));
}
