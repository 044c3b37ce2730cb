/* What a page asks the gateway again and again while it is shown and seen. What is known stays until there is something newer. */
import { ApiError, isAbort } from "./api.js";
import { useEffect, useReducer, useRef } from "./dom.js";

const AFTER_ERROR_MS = 5000;
const UNSEEN_MS = 1000; // a page that was opened in a tab behind another has asked for nothing yet

/**
 * @param {(signal: AbortSignal) => Promise<any>} ask
 * @param {(answer: any) => number} pauseMs how long to wait after that answer: what is long is asked for more rarely
 * @returns {{answer: any, error: ApiError|null}} both null at first
 */
export function usePolled(ask, pauseMs) {
  const [, again] = useReducer((n) => n + 1, 0);
  const state = useRef({ answer: null, error: null }).current;
  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    async function round() {
      if (!document.hidden) {
        try {
          Object.assign(state, { answer: await ask(abort.signal), error: null });
        } catch (e) {
          if (isAbort(e)) return;
          state.error = e instanceof ApiError ? e : new ApiError(-1, String(e));
        }
        if (abort.signal.aborted) return;
        again();
      }
      timer = setTimeout(round, pause());
    }
    function pause() {
      if (state.error) return AFTER_ERROR_MS;
      return state.answer === null ? UNSEEN_MS : pauseMs(state.answer);
    }
    round();
    return () => { abort.abort(); clearTimeout(timer); };
  }, []);
  return state;
}
