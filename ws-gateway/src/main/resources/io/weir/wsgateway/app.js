"use strict";
/*
 * The page: one WebSocket, two topics, and what they say put into the document. Whatever comes from the wire becomes a
 * text node; nothing is ever parsed as HTML.
 */
(() => {
  const MAX_ROWS = 500;
  const CHART_POINTS = 60;
  const ARMED_MS = 4000;
  const $ = (id) => document.getElementById(id);
  const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };

  /* ---- numbers ---- */
  const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
  const exact = new Intl.NumberFormat("en-US");

  function scaled(bytes) {
    let value = bytes, unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) { value /= 1000; unit++; }
    const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return [value.toFixed(digits), UNITS[unit]];
  }
  const size = (bytes) => scaled(bytes).join(" ");

  function big(node, bytes) {
    const [value, unit] = scaled(bytes);
    const small = document.createElement("i");
    small.textContent = unit + "/s";
    node.replaceChildren(document.createTextNode(value), small);
  }

  function duration(ms) {
    const s = Math.max(0, ms) / 1000;
    if (s < 10) return s.toFixed(1) + " s";
    if (s < 90) return Math.round(s) + " s";
    if (s < 5400) return Math.round(s / 60) + " min";
    return s < 172800 ? Math.round(s / 3600) + " h" : Math.round(s / 86400) + " d";
  }

  /* ---- rates and totals ---- */
  const points = [];

  function showTraffic(data, seq) {
    big($("up"), data.up);
    big($("down"), data.down);
    setText($("up-overhead"), "+ " + size(data.overheadUp) + "/s overhead");
    setText($("down-overhead"), "+ " + size(data.overheadDown) + "/s overhead");
    for (const [name, bytes] of [["down", data.totalDown], ["up", data.totalUp],
      ["overhead", data.totalOverheadUp + data.totalOverheadDown]]) {
      setText($("total-" + name), size(bytes));
      setText($("exact-" + name), exact.format(bytes) + " bytes");
    }
    setText($("since"), data.since ? "since " + new Date(data.since).toLocaleDateString() : "");
    setText($("open"), exact.format(data.open));
    setText($("sessions"), exact.format(data.sessions) + " since the first start");
    points.push([data.up, data.down]);
    if (points.length > CHART_POINTS) points.shift();
    drawChart();
    showTrust(data, seq);
  }

  function drawChart() {
    const peak = Math.max(1, ...points.map((p) => Math.max(p[0], p[1])));
    setText($("chart-peak"), "peak " + size(peak > 1 ? peak : 0) + "/s");
    for (const [index, name] of [[0, "chart-up"], [1, "chart-down"]]) {
      const offset = CHART_POINTS - points.length;
      const line = points.map((p, i) =>
        ((offset + i) * 600 / (CHART_POINTS - 1)).toFixed(1) + " " + (94 - 88 * p[index] / peak).toFixed(1));
      const path = line.length > 1 ? "M" + line.join("L") : "";
      $(name).setAttribute("d", path);
      $(name + "-area").setAttribute("d", path && path + "L600 96L" + (offset * 600 / (CHART_POINTS - 1)).toFixed(1) + " 96Z");
    }
  }

  function showTrust(data, seq) {
    setText($("sequence"), exact.format(seq));
    setText($("synced"), exact.format(data.syncedSequence));
    setText($("violations"), exact.format(data.violations));
    const isWell = data.journal === "ok" && !data.stale;
    const state = data.violations > 0 || data.journal === "failed" ? "bad" : isWell ? "good" : "warn";
    $("trust").dataset.state = state;
    setText($("verdict"), data.violations > 0 ? "The books do not balance"
      : isWell ? "Every byte accounted for" : data.stale ? "The ledger does not answer" : "The journal is " + data.journal);
    trouble = isWell ? null
      : { kind: state === "bad" ? "bad" : "warn", text: data.stale
        ? "The ledger does not answer: these figures are old."
        : "The journal is " + data.journal + (data.reason ? ": " + data.reason : "") + "." };
    showBanner();
  }

  /* ---- connection and banner ---- */
  let socket = null, trouble = null, lost = null, retryMs = 1000;

  function showBanner() {
    const shown = lost || trouble;
    $("banner").hidden = !shown;
    if (shown) {
      $("banner").dataset.kind = shown.kind;
      setText($("banner"), shown.text);
    }
  }

  function setState(state, text) {
    $("state").dataset.state = state;
    setText($("state-text"), text);
    $("close-all").disabled = state !== "live";
  }

  function subscribe() {
    const topics = document.hidden ? ["traffic"] : ["traffic", "connections"];
    send({ action: "subscribe", topics });
  }

  function send(message) {
    if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function connect() {
    setState("connecting", "connecting");
    socket = new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + location.host + "/start");
    socket.onopen = () => {
      retryMs = 1000;
      lost = null;
      showBanner();
      $("ask").hidden = true;
      setState("live", "live");
      subscribe();
      describeNode();
    };
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "traffic") showTraffic(message.data, message.seq);
      else if (message.type === "connections") showConnections(message);
    };
    socket.onclose = () => {
      setState("lost", "disconnected");
      whyClosed();
    };
  }

  async function whyClosed() {
    let isUnknown = false;
    try {
      isUnknown = [401, 429].includes((await fetch("/api/totals")).status);
    } catch (e) { /* the node is not there: said below */ }
    $("ask").hidden = !isUnknown;
    lost = isUnknown ? null
      : { kind: "bad", text: "Connection lost: what is shown is as it was. Trying again." };
    showBanner();
    if (isUnknown) {
      setState("lost", "token needed");
    } else {
      setTimeout(connect, retryMs + Math.random() * 500);
      retryMs = Math.min(retryMs * 2, 10000);
    }
  }

  async function describeNode() {
    try {
      const health = await (await fetch("/healthz")).json();
      setText($("node"), "proxy on " + health.listen.join(", ") + " · " + health.version);
    } catch (e) { /* it is only a caption */ }
  }

  /* ---- the table ---- */
  const shownRows = new Map(); // id → { tr, cells, last }
  let latest = { data: [], total: 0 };

  function showConnections(message) {
    latest = message;
    render();
  }

  function isChild(row) { return row.parentId !== 0 && row.parentId !== row.id; }

  function ordered(rows) {
    const children = new Map(), ids = new Set(rows.map((row) => row.id)), result = [];
    rows = [...rows].sort((a, b) => b.id - a.id); // one that closed stays where it was
    for (const row of rows) {
      if (isChild(row) && ids.has(row.parentId)) {
        if (!children.has(row.parentId)) children.set(row.parentId, []);
        children.get(row.parentId).push(row);
      }
    }
    for (const row of rows) {
      if (isChild(row) && ids.has(row.parentId)) continue;
      result.push(row);
      if (children.has(row.id)) result.push(...children.get(row.id));
    }
    return result;
  }

  function matches(row, words) {
    const text = [row.id, row.host, row.url, row.remote, row.method, row.protocol, row.user, row.originAddress, row.reason]
      .join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  }

  function render() {
    const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = ordered(words.length ? latest.data.filter((row) => matches(row, words)) : latest.data);
    const visible = found.slice(0, MAX_ROWS);
    const keep = new Set(visible.map((row) => row.id));
    for (const [id, entry] of shownRows) {
      if (!keep.has(id)) { entry.tr.remove(); shownRows.delete(id); }
    }
    const body = $("rows");
    let next = body.firstElementChild;
    for (const row of visible) {
      const entry = shownRows.get(row.id) || newRow(row.id);
      update(entry, row);
      if (entry.tr === next) next = next.nextElementSibling;
      else body.insertBefore(entry.tr, next);
    }
    $("empty").hidden = visible.length > 0;
    setText($("empty"), words.length ? "No connection matches." : "No connections.");
    setText($("shown"), words.length ? exact.format(found.length) + " of " + exact.format(latest.data.length)
      : exact.format(latest.total) + " open or just closed");
    const unseen = found.length - visible.length, unsent = latest.total - latest.data.length;
    $("more").hidden = unseen === 0 && !latest.capped;
    setText($("more"), [unseen > 0 ? exact.format(unseen) + " more match; narrow the filter to see them." : "",
      latest.capped ? exact.format(unsent) + " more are open that were not sent." : ""].join(" ").trim());
  }

  const COLUMNS = ["id", "host", "kind", "remote", "age", "up", "down", "state", "act"];

  function newRow(id) {
    const tr = document.createElement("tr"), cells = {};
    for (const name of COLUMNS) {
      const td = document.createElement("td");
      td.className = "c-" + name + (name === "up" || name === "down" ? " num" : "");
      tr.append(td);
      cells[name] = td;
    }
    const method = document.createElement("span"), host = document.createElement("span"), path = document.createElement("span");
    method.className = "method"; host.className = "host"; path.className = "path";
    cells.host.append(method, host, path);
    const dot = document.createElement("span"), state = document.createElement("span");
    dot.className = "dot";
    cells.state.append(dot, state);
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    twoStep(close, () => send({ action: "closeConnection", id }));
    cells.act.append(close);
    const entry = { tr, cells, method, host, path, state, close };
    setText(cells.id, String(id));
    shownRows.set(id, entry);
    return entry;
  }

  function update(entry, row) {
    const { tr, cells } = entry, closed = row.status === "Closed";
    tr.toggleAttribute("data-child", isChild(row));
    tr.toggleAttribute("data-closed", closed);
    setText(entry.method, row.method);
    setText(entry.host, row.host);
    setText(entry.path, row.method === "TUNNEL" || row.method === "CONNECT" ? "" : pathOf(row));
    setTitle(cells.host, row.url + (row.originAddress ? "\norigin " + row.originAddress : "") + (row.user ? "\nuser " + row.user : ""));
    setText(cells.kind, row.protocol === "TUNNEL" ? "Intercepted" : row.protocol);
    setText(cells.remote, row.remote);
    setText(cells.age, duration((row.endTime ? Date.parse(row.endTime) : Date.now()) - Date.parse(row.startTime)));
    setText(cells.up, size(row.up));
    setText(cells.down, size(row.down));
    setTitle(cells.up, counts(row.up, row.overheadUp, row.originUp, "sent to the origin"));
    setTitle(cells.down, counts(row.down, row.overheadDown, row.originDown, "received from the origin"));
    setText(entry.state, closed ? reasonText(row) : "Active");
    setTitle(cells.state, closed ? reasonText(row) : "");
    if (entry.close.hidden !== closed) entry.close.hidden = closed;
  }

  function setTitle(node, text) { if (node.title !== text) node.title = text; }

  function pathOf(row) {
    const at = row.url.indexOf(row.host);
    return at < 0 ? " " + row.url : row.url.slice(at + row.host.length);
  }

  function counts(payload, overhead, origin, what) {
    return exact.format(payload) + " bytes\n+ " + exact.format(overhead) + " bytes overhead\n"
      + exact.format(origin) + " bytes " + what;
  }

  function reasonText(row) {
    if (!row.reason || row.reason === "COMPLETED") return row.statusCode ? "Done " + row.statusCode : "Done";
    const words = row.reason.toLowerCase().replaceAll("_", " ");
    return words[0].toUpperCase() + words.slice(1);
  }

  /** A button that asks again before it acts. */
  function twoStep(button, act) {
    const label = button.textContent;
    let disarm = 0;
    button.addEventListener("click", () => {
      clearTimeout(disarm);
      if (button.toggleAttribute("data-armed")) {
        button.textContent = "Sure?";
        disarm = setTimeout(() => { button.removeAttribute("data-armed"); button.textContent = label; }, ARMED_MS);
      } else {
        button.textContent = label;
        act();
      }
    });
  }

  function openWithToken() {
    const token = $("token").value.trim();
    if (token) location.replace("/?token=" + encodeURIComponent(token));
  }

  twoStep($("close-all"), () => send({ action: "closeAllConnections" }));
  $("filter").addEventListener("input", render);
  $("token-go").addEventListener("click", openWithToken);
  $("token").addEventListener("keydown", (event) => { if (event.key === "Enter") openWithToken(); });
  document.addEventListener("visibilitychange", subscribe);
  connect();
})();
