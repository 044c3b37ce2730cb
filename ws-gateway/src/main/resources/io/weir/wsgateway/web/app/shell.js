/* The frame around each page: header, navigation, switches, banner, and the keys that work everywhere. */
import { h, icon, useEffect, useState } from "./dom.js";
import { language, setLanguage, t } from "./i18n.js";
import { href, useRoute } from "./route.js";
import { isReplay, useStore } from "./store.js";
import { safe } from "./format.js";
import { Banner, TokenPanel } from "./banner.js";
import { Player } from "./player.js";
import { Overlays } from "./toast.js";
import { Help, useKeys } from "./keys.js";

export { confirm, toast, Sheet } from "./toast.js";

/** The pages of the navigation: name of the route, and its icon. */
export const PAGES = [
  ["overview", "M4 19V9m5.3 10V5m5.4 14v-7M20 19V8"],
  ["connections", "M7 7h13m0 0-4-4m4 4-4 4M17 17H4m0 0 4-4m-4 4 4 4"],
  ["history", "M3.5 12a8.5 8.5 0 1 0 2.6-6.1L3 9m0-5v5h5m4-2v5l3.5 2"],
  ["exchanges", "M4 5h16v14H4zM4 10h16M9 10v9"],
  ["rules", "M4 6h9M4 12h5M4 18h9m3-9 2.2 2.2L22 7m-5 9 4 4m0-4-4 4"],
  ["usage", "M4 18a8.5 8.5 0 1 1 16 0M12 14l4.5-5"],
  ["logs", "M5 6h14M5 12h14M5 18h9"],
];

const LIVE_ONLY = ["rules", "usage"]; // of a node, not of its past

const SEAL = "M12 3l7 2.6v5.2c0 4.6-2.9 8-7 9.7-4.1-1.7-7-5.1-7-9.7V5.6zM9 11.5l2.2 2.2L15.2 9.6";
const THEMES = { auto: "M12 3a9 9 0 1 0 0 18zm0 0a9 9 0 0 1 0 18", light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.4 1.4m11.2 11.2L19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" };

/** @param {{children: any}} props the page */
export function Shell({ children }) {
  const { page } = useRoute(), { connection } = useStore(["connection", "build"]);
  const [help, setHelp] = useState(false);
  useKeys(() => setHelp(true));
  const shown = page === "sessions" ? "connections" : page;
  return [
    h("a.skip", { href: "#main", onClick: (event) => { event.preventDefault(); document.getElementById("main").focus(); } }, t("skip")),
    h("header.top",
      h("a.brand", { href: href("overview"), "aria-label": "Weir" }, h(Logo), h("span.brand-name", "Weir")),
      h("nav.nav", { "aria-label": t("navigation"), "data-test": "nav" }, PAGES.filter(([name]) => !isReplay() || !LIVE_ONLY.includes(name)).map(([name, path]) =>
        h("a", { key: name, href: href(name), "aria-current": shown === name ? "page" : null, "data-test": "nav-" + name },
          icon(path), h("span", t("nav." + name))))),
      h("div.switches", h(CertificateLink), h(LiveState), h(LanguageSwitch), h(ThemeSwitch),
        h("button.switch.help-button", { type: "button", title: t("help") + " (?)", "aria-label": t("help"), "data-test": "help-open", onClick: () => setHelp(true) }, "?"))),
    h(Player),
    h(Banner),
    h("main#main", { tabIndex: -1, "data-page": page }, connection.state === "token" ? h(TokenPanel) : children),
    h(Overlays),
    help ? h(Help, { onClose: () => setHelp(false) }) : null,
  ];
}

function Logo() {
  return h("svg.logo", { viewBox: "0 0 32 32", "aria-hidden": "true" }, h("rect", { width: 32, height: 32, rx: 8 }),
    h("path", { d: "M5 12c4-4 7 4 11 0s7 4 11 0M5 21c4-4 7 4 11 0s7 4 11 0" }));
}

function CertificateLink() {
  const { build } = useStore("build");
  return build?.intercepting ? h("a.switch", { href: "/ca", title: t("certificate"), "data-test": "ca-link" }, icon(SEAL), h("span.wide-only", t("certificate"))) : null;
}

function LiveState() {
  const { connection, health, build } = useStore(["connection", "health", "build", "replay"]), replays = isReplay() && connection.state === "live";
  const state = { live: "live", connecting: "connecting", lost: "lost", token: "lost" }[connection.state];
  const node = isReplay() ? t("replay.node", { version: safe(build?.version || "") }) : health ? t("node", { listen: health.listen.map(safe).join(", "), version: safe(build?.version || health.version) }) : "";
  return h("span.state", { "data-state": replays ? "replay" : state, "data-test": "state", title: node, role: "status" }, h("span.dot"), h("span", replays ? t("replay.mark") : t("state." + connection.state)));
}

function LanguageSwitch() {
  const next = language() === "en" ? "zh" : "en";
  return h("button.switch", {
    type: "button", lang: next === "zh" ? "zh-CN" : "en", "data-test": "language", "aria-label": next === "zh" ? "切换到中文" : "Switch to English",
    onClick: () => setLanguage(next),
  }, next === "zh" ? "中文" : "EN");
}

/** Auto → light → dark. The choice is kept; theme.js applies it before the page is drawn. */
function ThemeSwitch() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme || "auto");
  useEffect(() => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try { localStorage.setItem("weir-theme", theme); } catch (e) { /* then it holds until the page is left */ }
    dispatchEvent(new Event("weir-theme")); // charts are drawn in colours that they must look up again
  }, [theme]);
  const next = { auto: "light", light: "dark", dark: "auto" }[theme];
  return h("button.switch", {
    type: "button", "data-test": "theme", "data-theme-now": theme, title: t("theme." + theme), "aria-label": t("theme.switch", { theme: t("theme." + theme) }),
    onClick: () => setTheme(next),
  }, icon(THEMES[theme]));
}
