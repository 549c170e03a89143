// The server's addresses: plain JSON requests, and a socket that only hints at what to fetch anew.

const BASE = "/page/api";

/** Fetch a JSON document, or throw an Error whose message can be shown. */
export async function get(path) {
  const response = await fetch(BASE + path, { headers: { Accept: "application/json" } });
  const answer = await response.json().catch(() => null);
  if (!response.ok || !answer) throw new Error(answer?.message ?? `The sandbox answered ${response.status} for ${path}.`);
  return answer;
}

/** Send a JSON document. Always resolves to `{ok, …}`; a failure carries plain words in `message`. */
export async function post(path, body) {
  let response;
  try {
    response = await fetch(BASE + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, error: "unreachable", message: "The sandbox cannot be reached. Is it still running?" };
  }
  const answer = await response.json().catch(() => null);
  if (answer && typeof answer.ok === "boolean") return answer;
  return { ok: false, error: "http_error", message: `The sandbox answered ${response.status}.` };
}

/**
 * Run `load` once at a time. Calls made while it runs share one further run, so that a burst of
 * hints costs two fetches and the last one always sees the newest state.
 */
export function coalesce(load) {
  let current = null;
  let next = null;
  return function run() {
    if (!current) {
      current = load().finally(() => { current = null; });
      return current;
    }
    next ??= current.then(() => { next = null; return run(); });
    return next;
  };
}

/**
 * Listen to the server's hints. `onHint(hint)` gets each one and `{what: "all"}` after a gap, in which
 * hints may have been missed; `onState(bool)` says whether the socket is up. Returns a function that stops.
 */
export function live(user, onHint, onState) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  let socket;
  let timer;
  let stopped = false;
  let failures = 0;
  let everOpen = false;

  function connect() {
    socket = new WebSocket(`${scheme}://${location.host}/page/live?as=${encodeURIComponent(user)}`);
    socket.onopen = () => {
      failures = 0;
      onState(true);
      if (everOpen) onHint({ what: "all" });
      everOpen = true;
    };
    socket.onmessage = (event) => onHint(JSON.parse(event.data));
    socket.onclose = () => {
      if (stopped) return;
      onState(false);
      timer = setTimeout(connect, Math.min(500 * 2 ** failures++, 10_000));
    };
  }

  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket.close();
  };
}
