/* What is wrong, said once and clearly, on top of every page; and the panel that asks for the token. */
import { h, useState } from "./dom.js";
import { exact, safe } from "./format.js";
import { t } from "./i18n.js";
import { connectNow } from "./socket.js";
import { useStore, useTick } from "./store.js";

const STALE_MS = 4000;
const STEPS = ["idle_shortened", "keep_alive_off", "refusing", "accept_paused"];

/** The troubles there are now, the worst first: {kind: "bad"|"warn", key, text}. */
export function troubles({ connection, traffic }, now = Date.now()) {
  const found = [];
  const add = (kind, key, params) => found.push({ kind, key, text: t("banner." + key, params) });
  if (connection.state === "lost") {
    const seconds = Math.ceil((connection.retryAt - now) / 1000);
    if (seconds > 0) add("bad", "lost", { n: seconds });
    else add("bad", "reconnecting");
  } else if (connection.state === "connecting" && connection.lostAt) {
    add("bad", "reconnecting");
  }
  if (traffic?.violations > 0) { // of how many bytes, it mostly cannot say
    add("bad", traffic.unaccounted === undefined ? "violations" : "unaccounted", { n: traffic.violations, bytes: exact(traffic.unaccounted) });
  }
  if (traffic && traffic.journal !== "ok") {
    add(traffic.journal === "failed" ? "bad" : "warn", "journal." + (traffic.journal === "failed" ? "failed" : "degraded"),
      { reason: safe(traffic.reason) || t("banner.noReason") });
  }
  if (traffic?.overload) {
    const refuses = traffic.overload === "refusing" || traffic.overload === "accept_paused";
    add(refuses ? "bad" : "warn", "overload." + (STEPS.includes(traffic.overload) ? traffic.overload : "refusing"), { cause: safe(traffic.overloadCause) || t("banner.noReason") });
  }
  if (connection.state === "live" && (traffic?.stale || (connection.trafficAt && now - connection.trafficAt > STALE_MS))) add("warn", "stale");
  return found;
}

export function Banner() {
  const store = useStore(["connection", "traffic"]);
  useTick(1000);
  const found = store.connection.state === "token" ? [] : troubles(store);
  return [
    h("div.banners", { "data-test": "banner" }, found.map(({ kind, key, text }) =>
      h("p.banner", { key, "data-kind": kind, "data-trouble": key }, h("span.banner-mark", { "aria-hidden": "true" }, "!"), h("span", text),
        key === "lost" ? h("button.banner-act", { type: "button", "data-test": "retry", onClick: connectNow }, t("banner.retry")) : null))),
    // the countdown is for the eye; what is read out changes only when the trouble does
    h("div.visually-hidden", { role: "alert", "aria-live": "assertive" }, found.map(({ key, text }) => h("p", { key }, key === "lost" ? t("banner.reconnecting") : text))),
  ];
}

export function TokenPanel() {
  const { connection } = useStore("connection");
  const [token, setToken] = useState("");
  const open = (event) => {
    event.preventDefault();
    if (token.trim()) location.replace("/?token=" + encodeURIComponent(token.trim())); // it comes back as a cookie and leaves the address
  };
  return h("section.panel.ask", { "data-test": "ask" }, h("h2", t("ask.title")), h("p", t("ask.text")),
    connection.refused === 429 ? h("p.bad", t("ask.tooMany")) : null,
    h("form.ask-line", { onSubmit: open },
      h("input", { type: "password", value: token, autocomplete: "off", spellcheck: false, placeholder: t("ask.token"), "aria-label": t("ask.token"), "data-test": "token",
        onInput: (event) => setToken(event.target.value) }),
      h("button.primary", { type: "submit", "data-test": "token-go" }, t("ask.open"))));
}
