/*
 * The one WebSocket. It comes back by itself, waiting longer each time, and asks `changes` to go on where the last complete step ended:
 * whatever happened in between comes as one more step, so no row is lost and none is there twice.
 */
import { deliver, neededTopics, onNeeds, store } from "./store.js";
import { fold, logsBegin } from "./fold.js";

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
const SILENCE_MS = 8000; // `traffic` comes each second, so this is no pause of the server's

let socket = null, attempts = 0, retryTimer = 0, subscribed = "", hadLogs = false;

/** Connects, and stays connected. Called once. */
export function start() {
  onNeeds(() => subscribe());
  document.addEventListener("visibilitychange", () => {
    subscribe();
    if (document.hidden) return;
    if (store.connection.state === "lost") connectNow();
    else watch();
  });
  addEventListener("online", () => { if (store.connection.state === "lost") connectNow(); });
  setInterval(watch, 1000);
  connect();
}

/** Does not wait for the next attempt. */
export function connectNow() {
  clearTimeout(retryTimer);
  if (!socket) connect();
}

function set(connection) {
  store.connection = { ...store.connection, ...connection };
  store.touch("connection");
}

function connect() {
  set({ state: "connecting" });
  const own = new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + location.host + "/start");
  socket = own;
  subscribed = "";
  hadLogs = false;
  store.connection.heardAt = performance.now();
  own.onopen = () => {
    set({ state: "live", lostAt: 0, refused: 0, trafficAt: Date.now() });
    subscribe();
    describe();
  };
  own.onmessage = (event) => {
    if (own !== socket) return;
    store.connection.heardAt = performance.now();
    attempts = 0; // only now: one that opens and closes at once is no reason to hurry
    const message = JSON.parse(event.data);
    fold(message);
    deliver(message);
  };
  own.onclose = () => { if (own === socket) lost(); };
}

/** A link may be dead without having closed: no message for a while is enough to try another one. */
function watch() {
  const silent = performance.now() - store.connection.heardAt > SILENCE_MS;
  if (!socket || !silent || document.hidden) return;
  const dead = socket;
  socket = null;
  dead.onclose = null;
  dead.close();
  lost();
}

async function lost() {
  socket = null;
  store.sessions.abandonStep();
  const waitMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts++) * (0.75 + Math.random() / 2);
  set({ state: "lost", lostAt: store.connection.lostAt || Date.now(), retryAt: Date.now() + waitMs });
  clearTimeout(retryTimer);
  retryTimer = setTimeout(connect, waitMs);
  try { // a browser does not say why a handshake failed, so ask
    const { status } = await fetch("/api/totals", { cache: "no-store" });
    if ((status === 401 || status === 429) && store.connection.state !== "live") {
      clearTimeout(retryTimer);
      store.askForToken(status);
    }
  } catch (e) { /* the node is not there: the banner says so */ }
}

/** Says which topics we want, if that changed. `changes` goes on from where we are. */
function subscribe() {
  if (!socket || socket.readyState !== WebSocket.OPEN) return;
  const { topics, options } = neededTopics(), { position } = store.sessions;
  const wanted = JSON.stringify([topics, options]);
  if (wanted === subscribed) return;
  subscribed = wanted;
  if (topics.includes("logs") && !hadLogs) logsBegin();
  hadLogs = topics.includes("logs");
  store.sessions.abandonStep(); // the rest of a step in parts does not come any more
  socket.send(JSON.stringify({ action: "subscribe", topics, ...options, ...(position ? { from: position.seq, node: position.node } : {}) }));
}

/** Captions and switches; without them the page works all the same. */
async function describe() {
  for (const [part, path] of [["health", "/healthz"], ["build", "/api/build"]]) {
    try {
      const response = await fetch(path, { cache: "no-store" });
      const answer = await response.json();
      if (response.ok || part === "health") store[part] = answer;
      store.touch(part);
    } catch (e) { /* it is only a caption */ }
  }
}
