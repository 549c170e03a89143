// The page's state and routing: what was fetched, what the address says, and how both reach the parts.

import { html, render, useCallback, useEffect, useMemo, useRef, useState } from "./vendor/htm-preact.js";
import { coalesce, get, live, post as send } from "./api.js";
import { summary } from "./blocks/text.js";
import { PageContext } from "./context.js";
import { Main, Thread } from "./conversation.js";
import { ConfirmDialog, Dialog, Notices } from "./dialog.js";
import { Icon } from "./icons.js";
import { authorOf } from "./message.js";
import { Modals } from "./modal.js";
import { nameOf, Welcome } from "./people.js";
import { Sidebar } from "./sidebar.js";

const ROUTE_KEYS = ["as", "channel", "tab", "thread", "suggest"];

function readRoute() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(ROUTE_KEYS.map((key) => [key, query.get(key)]));
}

/** The address as state: `navigate(change)` merges into it and makes a history entry. */
function useRoute() {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    const onPop = () => setRoute(readRoute());
    window.addEventListener("popstate", onPop);
    return () => window.removeEventListener("popstate", onPop);
  }, []);
  const navigate = useCallback((change, { replace = false } = {}) => {
    const next = { ...readRoute(), ...change };
    const query = new URLSearchParams(ROUTE_KEYS.filter((key) => next[key]).map((key) => [key, next[key]]));
    history[replace ? "replaceState" : "pushState"](null, "", `/?${query}`);
    setRoute(next);
  }, []);
  return [route, navigate];
}

function useNarrow() {
  const [narrow, setNarrow] = useState(() => matchMedia("(max-width: 760px)").matches);
  useEffect(() => {
    const query = matchMedia("(max-width: 760px)");
    const onChange = () => setNarrow(query.matches);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, []);
  return narrow;
}

/** Short messages at the edge of the page: [notices, notify(text), dismiss(id)]. */
function useNotices() {
  const [notices, setNotices] = useState([]);
  const next = useRef(0);
  const notify = useCallback((text) => setNotices((all) => [...all.filter((notice) => notice.text !== text), { id: ++next.current, text }]), []);
  const dismiss = useCallback((id) => setNotices((all) => all.filter((notice) => notice.id !== id)), []);
  return [notices, notify, dismiss];
}

/**
 * What one person sees of the workspace, kept fresh by hints: {session, messages, online, refresh}.
 * `channel` is the conversation whose messages are wanted.
 */
function useSession(user, channel, notify, reloadWorkspace) {
  const [session, setSession] = useState(null);
  const [messages, setMessages] = useState({});
  const [online, setOnline] = useState({ page: true, app: null });
  const wanted = useRef(channel);
  wanted.current = channel;

  const loads = useMemo(() => {
    const guarded = (load) => coalesce(() => load().catch((failure) => notify(failure.message)));
    const base = `/as/${encodeURIComponent(user)}`;
    return {
      session: guarded(async () => {
        const answer = await get(base);
        setSession({ ...answer, fetchedAt: Date.now() / 1000 });
      }),
      messages: guarded(async () => {
        const id = wanted.current;
        if (!id) return;
        const answer = await get(`${base}/messages?channel=${encodeURIComponent(id)}`);
        setMessages((all) => ({ ...all, [id]: [...answer.messages].sort((a, b) => Number(a.ts) - Number(b.ts)) }));
      }),
    };
  }, [user]);

  useEffect(() => {
    loads.session();
    return live(user, (hint) => {
      if (hint.what === "app") setOnline((now) => ({ ...now, app: hint.connected }));
      else if (hint.what === "people") reloadWorkspace();
      else loads.session();
      if (hint.what === "all") {
        setOnline((now) => ({ ...now, app: null }));
        reloadWorkspace();
      }
      if (hint.what === "all" || (hint.what === "messages" && hint.channel === wanted.current)) loads.messages();
    }, (up) => setOnline((now) => ({ ...now, page: up })));
  }, [user]);
  useEffect(() => { loads.messages(); }, [user, channel]);

  const refresh = useCallback(() => Promise.all([loads.session(), loads.messages()]), [loads]);
  return { session, messages: messages[channel], online, refresh };
}

/** New messages of others, read out politely; those that were there on entering are not. */
function Announcer({ messages, channel, people, me }) {
  const [words, setWords] = useState("");
  const seen = useRef({ channel: null, last: 0 });
  useEffect(() => {
    if (!messages) return;
    const last = Number(messages.at(-1)?.ts ?? 0);
    if (seen.current.channel === channel) {
      const fresh = messages.filter((message) => Number(message.ts) > seen.current.last && message.user !== me.id);
      if (fresh.length) setWords(fresh.map((message) => `${authorOf(message, people).name}: ${summary(message.text, people)}`).join(". "));
    }
    seen.current = { channel, last };
  }, [messages, channel]);
  return html`<div class="sr-only" aria-live="polite">${words}</div>`;
}

/** The window's title: how much waits, where one is, who one is. */
function useTitle(conversations, place, me) {
  const unread = conversations.reduce((sum, conversation) => sum + (conversation.unread ?? 0), 0);
  useEffect(() => { document.title = `${unread ? `(${unread}) ` : ""}${place} · ${nameOf(me)} · Sandbox`; }, [unread, place, me]);
}

function Client({ workspace, me, route, navigate, reloadWorkspace }) {
  const narrow = useNarrow();
  const [notices, notify, dismiss] = useNotices();
  const [drawer, setDrawer] = useState(false);
  const [question, setQuestion] = useState(null);
  const { session, messages, online, refresh } = useSession(me.id, route.channel, notify, reloadWorkspace);
  const people = useMemo(() => new Map(workspace.people.map((person) => [person.id, person])), [workspace]);
  const conversations = session?.conversations ?? [];
  const conversation = conversations.find(({ id }) => id === route.channel);
  const appDm = conversations.find(({ is_app_dm }) => is_app_dm);

  const post = useCallback(async (path, body) => {
    const answer = await send(`/as/${encodeURIComponent(me.id)}${path}`, body);
    if (!answer.ok) notify(answer.message || `That did not work (${answer.error}).`);
    await refresh();
    return answer;
  }, [me.id, refresh]);

  const [, tick] = useState(0);
  useEffect(() => {
    // Local times are shown to the minute.
    const timer = setInterval(() => tick((count) => count + 1), 30_000);
    return () => clearInterval(timer);
  }, []);

  const page = {
    workspace, people, me, session, conversations, route, navigate, post, notify, online, narrow,
    now: () => session.now + Date.now() / 1000 - session.fetchedAt,
    confirm: (confirm) => new Promise((resolve) => { setQuestion({ confirm, resolve }); }),
    openConversation: (id) => navigate({ channel: id, tab: null, thread: null }),
    async openDirect(other) {
      const known = conversations.find((each) => each.kind === "im" && each.other === other);
      const id = known?.id ?? (await post("/dm", { other })).channel;
      if (id) page.openConversation(id);
    },
    openApp(tab) {
      if (tab === "home") navigate({ tab: "home", channel: null, thread: null });
      else if (appDm) page.openConversation(appDm.id);
      else page.openDirect(workspace.app.bot_user);
    },
  };

  // Without a place in the address one starts where the app writes.
  useEffect(() => {
    if (session && !route.channel && route.tab !== "home") {
      navigate(appDm ? { channel: appDm.id } : { tab: "home" }, { replace: true });
    }
  }, [session !== null, route.channel, route.tab]);

  const place = route.tab === "home" ? workspace.app.name
    : conversation ? (conversation.kind === "im" ? nameOf(people.get(conversation.other)) : `#${conversation.name}`) : workspace.team.name;
  useTitle(conversations, place, me);

  if (!session) return html`<p class="boot" role="status">Opening ${workspace.team.name}…</p><${Notices} notices=${notices}
      dismiss=${dismiss} />`;

  const menuButton = narrow && html`<button type="button" class="icon-button" aria-label="Open the list of conversations"
      onClick=${() => setDrawer(true)}>
    <${Icon} name="menu" /></button>`;
  const views = session.views ?? [];
  const threadOpen = route.thread && conversation;

  return html`<${PageContext.Provider} value=${page}>
    <a class="skip" href="#main"
        onClick=${(event) => { event.preventDefault(); document.querySelector("[data-home-focus], .home")?.focus(); }}>Skip to the conversation</a>
    <div class=${`client ${threadOpen ? "with-thread" : ""}`}>
      ${!narrow && html`<${Sidebar} />`}
      ${!(narrow && threadOpen) && html`<${Main} conversation=${conversation} messages=${messages} menuButton=${menuButton} />`}
      ${threadOpen && html`<${Thread} conversation=${conversation} messages=${messages} ts=${route.thread} onClose=${() => {
        navigate({ thread: null });
        document.querySelector("[data-home-focus]")?.focus();
      }} />`}
    </div>
    ${narrow && drawer && html`<${Dialog} class="drawer" label="Conversations" light onCancel=${() => setDrawer(false)}>
      <button type="button" class="icon-button drawer-close" aria-label="Close the list"
          onClick=${() => setDrawer(false)}><${Icon} name="close" /></button>
      <${Sidebar} onGone=${() => setDrawer(false)} /></${Dialog}>`}
    <${Announcer} messages=${messages} channel=${route.channel} people=${people} me=${me} />
    <${Modals} views=${views} notices=${notices} dismiss=${dismiss} />
    ${question && html`<${ConfirmDialog} confirm=${question.confirm}
        onAnswer=${(yes) => { setQuestion(null); question.resolve(yes); }} />`}
    ${!views.length && html`<${Notices} notices=${notices} dismiss=${dismiss} />`}
  </${PageContext.Provider}>`;
}

function App() {
  const [route, navigate] = useRoute();
  const [workspace, setWorkspace] = useState(null);
  const [failure, setFailure] = useState(null);
  const load = useMemo(() => coalesce(() => get("/workspace").then(setWorkspace, (error) => setFailure(error.message))), []);
  useEffect(() => { load(); }, []);

  if (!workspace) return html`<p class="boot" role=${failure ? "alert" : "status"}>${failure ?? "Opening the sandbox…"}</p>`;
  const me = workspace.people.find(({ id }) => id === route.as);
  if (!me) {
    return html`<${Welcome} workspace=${workspace} suggest=${route.suggest} unknown=${route.as}
      onChoose=${(person) => navigate({ as: person.id })} />`;
  }
  return html`<${Client} key=${me.id} workspace=${workspace} me=${me} route=${route} navigate=${navigate}
      reloadWorkspace=${load} />`;
}

const root = document.getElementById("root");
root.replaceChildren();
render(html`<${App} />`, root);
