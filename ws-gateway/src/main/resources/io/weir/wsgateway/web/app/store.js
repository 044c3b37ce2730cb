/*
 * What the page knows, in one place, and who wants to hear of it. Components read it when they render; data that is large stays
 * out of their state. Listeners are called once a frame at most, and not at all while the page is hidden.
 *
 *   useStore("traffic");                     // this component renders again whenever store.traffic has changed
 *   useStore(["sessions", "connection"]);
 *   useTopics("mitm_detail");                // while this component is shown, the socket subscribes to that topic too
 *   useTopics("logs", { logLevel: "WARN" });
 *   listen("mitm_exchange_batch", (message) => …)   // each message of that type, as it comes; returns how to stop
 */
import { useEffect, useReducer } from "./dom.js";
import { SessionTable } from "./sessions.js";
import { followReplay } from "./now.js";

const parts = new Map(); // part of the store → its listeners
let changed = new Set();
let frame = 0;

export const store = {
  /** state: "connecting" | "live" | "lost" | "token"; retryAt in ms of Date.now(); heardAt: when the last message came */
  connection: { state: "connecting", retryAt: 0, heardAt: 0, lostAt: 0, refused: 0 },
  sessions: new SessionTable(),
  /** the last `data` of the topic traffic, and its seq; null until one came */
  traffic: null,
  seq: 0,
  /** the last 15 minutes: {times: seconds[], up, down, open, opened, closed}, each as long as the other */
  history: { times: [], up: [], down: [], open: [], opened: [], closed: [] },
  /** the last log lines, each with a number `key` of its own */
  logs: [],
  /** where the replay is, as the gateway told last; null on a live node */
  replay: null,
  /** of /healthz; null until known */
  health: null,
  /** of /api/build; null until known */
  build: null,

  /** Tells that a part changed: "connection", "sessions", "traffic", "logs", "replay", "health" or "build". */
  touch(part) {
    changed.add(part);
    if (!frame) frame = requestAnimationFrame(tell);
  },

  /** The server does not know us: shows the panel that asks for the token. @param {number} status 401, or 429 */
  askForToken(status) {
    store.connection = { ...store.connection, state: "token", refused: status };
    store.touch("connection");
  },
};

/** Whether this is history that is played again. */
export const isReplay = () => store.replay !== null || store.build?.mode === "replay";

/** The gateway says where the replay is. */
export function takeReplay(state) {
  store.replay = state;
  followReplay(state);
  store.touch("replay");
}

function tell() {
  frame = 0;
  const now = changed;
  changed = new Set();
  const told = new Set();
  for (const part of now) {
    for (const listener of parts.get(part) || []) {
      if (!told.has(listener)) { told.add(listener); listener(); }
    }
  }
}

/** Calls fn after any of these parts changed, once a frame at most. @returns {() => void} how to stop */
export function subscribe(wanted, fn) {
  const names = [].concat(wanted);
  for (const name of names) {
    if (!parts.has(name)) parts.set(name, new Set());
    parts.get(name).add(fn);
  }
  return () => names.forEach((name) => parts.get(name).delete(fn));
}

/** Renders the component again when one of these parts of the store has changed. */
export function useStore(wanted) {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => subscribe(wanted, again), []);
  return store;
}

/** Renders the component each `ms`, for what changes with time alone; never while the page is hidden. */
export function useTick(ms) {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => { if (!document.hidden) again(); }, ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/* ---- topics: what the socket is to subscribe to ---- */
const needs = new Set(); // {topic, options}
const needListeners = new Set();

/** Topics that are needed now, and the options of the last one that has any. */
export function neededTopics() {
  const topics = new Set(document.hidden ? ["traffic"] : ["traffic", "changes"]); // who does not look catches up later: `changes` goes on
  let options = {};
  for (const need of needs) {
    topics.add(need.topic);
    options = { ...options, ...need.options };
  }
  return { topics: [...topics], options };
}

export function onNeeds(listener) {
  needListeners.add(listener);
}

/** Subscribes to a topic for as long as the component is shown. */
export function useTopics(topic, options) {
  useEffect(() => {
    const need = { topic, options };
    needs.add(need);
    needListeners.forEach((listener) => listener());
    return () => {
      needs.delete(need);
      needListeners.forEach((listener) => listener());
    };
  }, [topic, JSON.stringify(options)]);
}

/* ---- messages ---- */
const messageListeners = new Map();

/** Calls fn with each message of that type ("mitm_exchange_batch", "log_batch", …). @returns {() => void} how to stop */
export function listen(type, fn) {
  if (!messageListeners.has(type)) messageListeners.set(type, new Set());
  messageListeners.get(type).add(fn);
  return () => messageListeners.get(type).delete(fn);
}

/** For the socket: hands a message to those who listen for its type. */
export function deliver(message) {
  messageListeners.get(message.type)?.forEach((listener) => listener(message));
}
