import { h, useEffect, useState } from "./dom.js";
import { t } from "./i18n.js";
import { bytes as size, safe, safeLines } from "./format.js";
import { canDecode, dataUrl, decode, encodingsOf, hexLine, imageType, mediaType, readUpTo, textOf } from "./bytes.js";
import { layOut, looksLikeJson } from "./json.js";

/*
 * A stored body, looked at. It is fetched up to a limit, undone if it is compressed, and shown as what its bytes are: text,
 * JSON, a picture (always an <img>, in which nothing runs), or hex. Whatever it holds, it becomes text nodes.
 */

const VIEW_BYTES = 1 << 20, PICTURE_BYTES = 4 << 20, VIEW_CHARS = 100_000, HEX_LINES = 128;
const SETTLE_MS = 150; // who runs through the list with the arrow keys asks for no body

/**
 * Fetches and prepares a body.
 * @returns {Promise<{bytes: Uint8Array, decoded: boolean, cut: boolean, broken: boolean, encoded: string, type: string, text: ?string, picture: string}>}
 */
async function load(key, contentType, encoding, signal) {
  if (!/^[0-9a-f]{64}$/.test(key)) throw new Error("no name of a body");
  const answer = await fetch("/api/bodies/" + key, { signal, credentials: "same-origin" });
  if (!answer.ok) throw Object.assign(new Error("status " + answer.status), { status: answer.status });
  const isPicture = mediaType(contentType).startsWith("image/"), limit = isPicture ? PICTURE_BYTES : VIEW_BYTES;
  const read = await readUpTo(answer.body, limit);
  const encodings = encodingsOf(encoding), isDecoded = encodings.length > 0 && canDecode(encodings);
  const plain = isDecoded ? await decode(read.bytes, encodings, limit) : { bytes: read.bytes, more: false, broken: false };
  const cut = read.more || plain.more, encoded = isDecoded ? "" : encodings.join(", ");
  const picture = encoded ? "" : imageType(plain.bytes, contentType);
  const text = encoded || (picture && picture !== "image/svg+xml") ? null : textOf(plain.bytes, contentType, cut);
  return { bytes: plain.bytes, decoded: isDecoded, cut, broken: plain.broken && !read.more, encoded, type: contentType, text, picture: cut ? "" : picture };
}

/** Which views a body has, the best first. */
function viewsOf(body) {
  const isJson = body.text !== null && (/[/+]json$/.test(mediaType(body.type)) || looksLikeJson(body.text));
  return [body.picture && "image", isJson && "pretty", body.text !== null && "text", "hex"].filter(Boolean);
}

/**
 * @param {{side: "request" | "response", message: any}} props message: that side of an exchange, as the gateway describes it
 */
export function Body({ side, message }) {
  const key = message.bodyKey, encoding = headerOf(message, "content-encoding");
  const [state, setState] = useState({ status: "loading" });
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    if (!key) return undefined;
    setState({ status: "loading" });
    setWanted("");
    const abort = new AbortController();
    const timer = setTimeout(() => load(key, message.contentType, encoding, abort.signal).then(
      (body) => setState({ status: "ready", body }),
      (error) => { if (!abort.signal.aborted) setState({ status: "failed", code: error.status }); }), SETTLE_MS);
    return () => { clearTimeout(timer); abort.abort(); };
  }, [key]);
  if (!key) return h(NoBody, { side, message });

  const views = state.status === "ready" ? viewsOf(state.body) : [];
  const view = views.includes(wanted) ? wanted : views[0];
  return h("div.body", { "data-test": side + "-body" },
    h("div.body-tools",
      h("span.small", size(message.bodySize || 0), encoding && h("span", " · ", safe(encoding))),
      views.length > 1 && h("span.segments", { role: "group", "aria-label": t("x.body.view") },
        views.map((name) => h("button", { key: name, type: "button", "aria-pressed": String(name === view), "data-test": side + "-view-" + name,
          onClick: () => setWanted(name) }, t("x.body." + name)))),
      h("a.button", { href: "/api/bodies/" + encodeURIComponent(key), download: key.slice(0, 16), "data-test": side + "-download" },
        t("x.body.download"))),
    state.status === "loading" && h("p.note", { role: "status" }, t("x.body.loading")),
    state.status === "failed" && h("p.note.note-bad", { role: "alert", "data-test": side + "-body-failed" },
      state.code === 404 ? t("x.body.gone") : t("x.body.failed")),
    state.status === "ready" && h(Notes, { body: state.body, size: message.bodySize }),
    state.status === "ready" && h(View, { key: key + view, view, body: state.body, side }),
    message.bodyError && h("p.note.note-warn", safe(message.bodyError)));
}

function NoBody({ side, message }) {
  const size = message.bodySize || 0;
  const text = message.bodyError ? t("x.body.notStored", { why: safe(message.bodyError) }) : size > 0 ? t("x.body.notCaptured") : t("x.body.none");
  return h("p", { class: "note" + (message.bodyError ? " note-warn" : ""), "data-test": side + "-no-body" }, text);
}

function Notes({ body, size: whole }) {
  return [
    body.encoded && h("p.note", { key: "encoded" }, t("x.body.encoded", { encoding: safe(body.encoded) })),
    body.broken && h("p.note.note-warn", { key: "broken" }, t("x.body.broken")),
    body.cut && h("p.note", { key: "cut" }, body.decoded ? t("x.body.cutDecoded", { shown: size(body.bytes.length) })
      : t("x.body.cut", { shown: size(body.bytes.length), whole: size(whole || 0) })),
  ];
}

function View({ view, body, side }) {
  if (view === "image") return h(Picture, { body, side });
  if (view === "hex") return h(Hex, { bytes: body.bytes, side });
  return h(Text, { text: view === "pretty" ? layOut(body.text) : body.text, side });
}

function Picture({ body, side }) {
  const [dimensions, setDimensions] = useState("");
  const [broken, setBroken] = useState(false);
  if (broken) return h("p.note.note-warn", t("x.body.badPicture"));
  return h("figure.picture",
    h("img", { src: dataUrl(body.bytes, body.picture), alt: t("x.body.alt"), "data-test": side + "-image", onError: () => setBroken(true),
      onLoad: (event) => setDimensions(event.target.naturalWidth + " × " + event.target.naturalHeight) }),
    h("figcaption.small", body.picture, dimensions && " · " + dimensions));
}

/** Long texts in portions: a browser lays out a few thousand lines at once, not a million. */
function Text({ text, side }) {
  const [chars, setChars] = useState(VIEW_CHARS);
  return h("div", null,
    h("pre.code", { tabIndex: 0, "data-test": side + "-text" }, safeLines(text.slice(0, chars))),
    chars < text.length && h("button.more-of-it", { type: "button", "data-test": side + "-more", onClick: () => setChars(chars + 4 * VIEW_CHARS) },
      t("x.body.more")));
}

function Hex({ bytes, side }) {
  const width = window.innerWidth < 560 ? 8 : 16;
  const [lines, setLines] = useState(HEX_LINES);
  const all = Math.ceil(bytes.length / width), shown = [];
  for (let i = 0; i < Math.min(lines, all); i++) shown.push(hexLine(bytes, i * width, width));
  return h("div", null,
    h("pre.code.hex", { tabIndex: 0, "data-test": side + "-hex" }, shown.join("\n")),
    lines < all && h("button.more-of-it", { type: "button", "data-test": side + "-more", onClick: () => setLines(lines + 8 * HEX_LINES) },
      t("x.body.more")));
}

/** The value of a field of a message, of whatever case its name is; several are joined as HTTP has it. */
export function headerOf(message, name) {
  for (const [key, values] of Object.entries(message.header || {})) {
    if (key.toLowerCase() === name) return values.join(", ");
  }
  return "";
}
