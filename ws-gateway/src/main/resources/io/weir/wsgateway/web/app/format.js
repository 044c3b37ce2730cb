/* Numbers, times and texts for people. Bytes are decimal (kB = 1000 B), times are in the viewer's zone. */
import { language } from "./i18n.js";
import { now } from "./now.js";

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
const formats = new Map();

function format(name, make) {
  const key = name + language();
  if (!formats.has(key)) formats.set(key, make(language() === "zh" ? "zh-CN" : "en-GB"));
  return formats.get(key);
}

/** [“1.23”, “MB”], three digits at most. */
export function scaled(count) {
  let value = Math.abs(count) || 0, unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) { value /= 1000; unit++; }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return [(count < 0 ? "−" : "") + value.toFixed(digits), UNITS[unit]];
}

/** “1.23 MB” */
export const bytes = (count) => scaled(count).join(" ");

/** “1.23 MB/s” */
export const rate = (perSecond) => bytes(perSecond) + "/s";

const exactFormat = new Intl.NumberFormat("en-US");

/** “1,904,446”: every digit, the same in both languages. */
export const exact = (count) => exactFormat.format(count ?? 0);

/** “1.2 s”, “3 min 20 s”, “2 h 5 min”, “3 d 4 h”; of milliseconds. */
export function duration(ms) {
  if (!Number.isFinite(ms)) return "–";
  const s = Math.max(0, ms) / 1000;
  if (s < 1) return Math.round(s * 1000) + " ms";
  if (s < 10) return s.toFixed(1) + " s";
  if (s < 60) return Math.floor(s) + " s";
  const two = (big, bigUnit, small, smallUnit) => big + " " + bigUnit + (small ? " " + small + " " + smallUnit : "");
  if (s < 3600) return two(Math.floor(s / 60), "min", Math.floor(s % 60), "s");
  if (s < 86400) return two(Math.floor(s / 3600), "h", Math.floor(s % 3600 / 60), "min");
  return two(Math.floor(s / 86400), "d", Math.floor(s % 86400 / 3600), "h");
}

/** Milliseconds of an RFC 3339 text, a number of milliseconds or a Date; NaN if it is none. */
export const millis = (time) => typeof time === "number" ? time : time instanceof Date ? time.getTime() : Date.parse(time);

function when(name, time, options) {
  const ms = millis(time);
  return Number.isFinite(ms) ? format(name, (locale) => new Intl.DateTimeFormat(locale, { hourCycle: "h23", ...options })).format(ms) : "–";
}

const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const DAY = { year: "numeric", month: "short", day: "numeric" };

/** “10:00:00” */
export const clock = (time) => when("clock", time, TIME);

/** “10:00:00.123” */
export const clockMillis = (time) => when("clockMillis", time, { ...TIME, fractionalSecondDigits: 3 });

/** “8 Mar 2026” */
export const day = (time) => when("day", time, DAY);

/** “8 Mar 2026, 10:00:00” */
export const dateTime = (time) => when("dateTime", time, { ...DAY, ...TIME });

/** “8 Mar 2026, 10:00:00.123 GMT+1”: for titles and for pages that must be exact. */
export const exactTime = (time) => when("exactTime", time, { ...DAY, ...TIME, fractionalSecondDigits: 3, timeZoneName: "short" });

/** “10:00:00” of today, else “8 Mar 10:00:00”. */
export function shortTime(time) {
  const today = new Date(now()).toDateString() === new Date(millis(time)).toDateString();
  return today ? clock(time) : when("shortTime", time, { month: "short", day: "numeric", ...TIME });
}

/* Controls, what turns the direction of writing, and what cannot be seen: each could make a text look like another one. */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff]/u;
const INVISIBLES = new RegExp(INVISIBLE.source, "gu");
const CONTROLS_BUT_LINES = new RegExp(INVISIBLE.source.replace("\\u0000-\\u001f", "\\u0000-\\u0008\\u000b-\\u001f"), "gu");

const shown = (char) => "⟪U+" + char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "⟫";

/** A text from the wire as it may be shown: what is invisible in it is spelt out. Every text from the wire goes through here. */
export function safe(text) {
  if (text === null || text === undefined) return "";
  const string = String(text);
  return INVISIBLE.test(string) ? string.replace(INVISIBLES, shown) : string;
}

/** The same for a text of several lines: line feeds and tabs stay. */
export const safeLines = (text) => String(text ?? "").replace(/\r\n/g, "\n").replace(CONTROLS_BUT_LINES, shown);
