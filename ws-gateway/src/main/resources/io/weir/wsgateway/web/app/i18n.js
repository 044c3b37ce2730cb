/*
 * Texts in two languages. Keys are grouped by page: "overview.down". A text may name parameters: "{n} of {total}"; numbers are
 * written with every digit. A list of two texts is [one, many], chosen by the parameter n.
 *
 * A page brings texts of its own by adding files here: en-history.js and zh-history.js (pages history, session and exchanges), en-replay.js
 * and zh-replay.js, en-policy.js and zh-policy.js (pages rules and usage).
 * The test of the page checks that both languages have the same keys.
 */
import en from "./i18n/en.js";
import zh from "./i18n/zh.js";
import enHistory from "./i18n/en-history.js";
import zhHistory from "./i18n/zh-history.js";
import enReplay from "./i18n/en-replay.js";
import zhReplay from "./i18n/zh-replay.js";
import enPolicy from "./i18n/en-policy.js";
import zhPolicy from "./i18n/zh-policy.js";

const STORED = "weir-language";
const TEXTS = { en: { ...en, ...enHistory, ...enReplay, ...enPolicy }, zh: { ...zh, ...zhHistory, ...zhReplay, ...zhPolicy } };
const numbers = new Intl.NumberFormat("en-US");
const listeners = new Set();
let current = initial();

function initial() {
  let stored = null;
  try { stored = localStorage.getItem(STORED); } catch (e) { /* a browser may forbid it */ }
  return TEXTS[stored] ? stored : (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** "en" or "zh". */
export const language = () => current;

/** @param {"en"|"zh"} name */
export function setLanguage(name) {
  current = TEXTS[name] ? name : "en";
  try { localStorage.setItem(STORED, current); } catch (e) { /* then it holds until the page is left */ }
  document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
  listeners.forEach((listener) => listener());
}

export function onLanguage(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether there is such a text. */
export const has = (key) => key in TEXTS[current];

/** The text of that key, or the key itself, so that a missing one is seen. */
export function t(key, params) {
  let text = TEXTS[current][key] ?? TEXTS.en[key] ?? key;
  if (Array.isArray(text)) text = text[params && params.n === 1 ? 0 : 1];
  return params ? text.replace(/\{(\w+)\}/g, (whole, name) =>
    name in params ? typeof params[name] === "number" ? numbers.format(params[name]) : String(params[name]) : whole) : text;
}

document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
