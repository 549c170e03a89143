// The middle column, and the thread beside it: messages in their order, and where one writes.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";
import { Composer } from "./composer.js";
import { usePage } from "./context.js";
import { Home } from "./home.js";
import { Icon } from "./icons.js";
import { authorOf, Message } from "./message.js";
import { Avatar, nameOf, Status } from "./people.js";
import * as time from "./time.js";

const PAGE = 150; // Messages drawn at first; more on request, so that months of history open at once.
const TOGETHER = 300; // Seconds within which messages of one author stand under one name.

/** Top-level messages, and the replies of each by its ts. */
function threadsOf(messages) {
  const replies = new Map();
  const top = [];
  for (const message of messages) {
    if (message.thread_ts && message.thread_ts !== message.ts) {
      if (!replies.has(message.thread_ts)) replies.set(message.thread_ts, []);
      replies.get(message.thread_ts).push(message);
    } else {
      top.push(message);
    }
  }
  return { top, replies };
}

/** Keep a scrolling element at its end while its content grows, unless the reader has scrolled up. */
function useStickToEnd(key) {
  const scroller = useRef(null);
  const content = useRef(null);
  const stuck = useRef(true);
  const [away, setAway] = useState(false);

  const toEnd = () => {
    stuck.current = true;
    setAway(false);
    scroller.current.scrollTop = scroller.current.scrollHeight;
  };
  const onScroll = (event) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    stuck.current = scrollHeight - scrollTop - clientHeight < 60;
    setAway(!stuck.current);
  };
  useLayoutEffect(toEnd, [key]);
  useEffect(() => {
    const observer = new ResizeObserver(() => { if (stuck.current) toEnd(); });
    observer.observe(content.current);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [key]);
  return { scroller, content, away, toEnd, onScroll };
}

function MessageList({ channel, messages, replies, label, unreadFrom, onOpenThread, intro }) {
  const { people, me, now } = usePage();
  const [shown, setShown] = useState(PAGE);
  const { scroller, content, away, toEnd, onScroll } = useStickToEnd(channel);
  const last = messages.at(-1);
  // What one has just written is brought into view, wherever one was reading.
  useEffect(() => { if (last?.user === me.id) toEnd(); }, [last?.ts]);
  const visible = messages.slice(-shown);
  const items = [];
  let before = null;
  for (const message of visible) {
    const at = Number(message.ts);
    const newDay = !before || time.dayKey(Number(before.ts), me.tz) !== time.dayKey(at, me.tz);
    const isNew = message.ts === unreadFrom;
    if (newDay) items.push(html`<li key=${`day-${message.ts}`} class="day"><span>${time.dayHeading(at, me.tz, now())}</span></li>`);
    if (isNew) items.push(html`<li key="new" class="new-line"><span>New</span></li>`);
    const compact = !newDay && !isNew && before.user === message.user && before.username === message.username && at - Number(before.ts) < TOGETHER
      && !before.ephemeral === !message.ephemeral && !replies?.get(before.ts);
    items.push(html`<li key=${message.ts}><${Message} channel=${channel} message=${message} compact=${compact}
      replies=${replies && (replies.get(message.ts) ?? [])}
          onOpenThread=${onOpenThread && (() => onOpenThread(message.ts))} /></li>`);
    before = message;
  }
  return html`<div class="messages-frame">
    <div class="messages" ref=${scroller} onScroll=${onScroll} tabindex="0" role="region" aria-label=${label}>
      <div ref=${content}>
        ${messages.length > shown
          ? html`<button type="button" class="button earlier"
              onClick=${() => setShown(shown + PAGE)}>Show earlier messages</button>`
          : intro}
        <ol class="message-list" role="list">${items}</ol>
      </div>
    </div>
    ${away && html`<button type="button" class="to-end" onClick=${toEnd}><${Icon} name="arrowDown"
        size=${16} />Jump to the latest</button>`}
  </div>`;
}

function Intro({ conversation, other }) {
  const { workspace } = usePage();
  if (other) {
    return html`<div class="intro"><${Avatar} person=${other} size=${64} /><h2>${nameOf(other)}</h2>
      <p class="muted">${other.is_bot
        ? `This is where ${workspace.app.name} writes to you, and you to it.`
        : `The beginning of your conversation with ${nameOf(other)}.`}</p></div>`;
  }
  return html`<div class="intro"><span class="intro-icon"><${Icon} name=${conversation.kind === "private" ? "lock" : "hash"}
      size=${32} /></span>
    <h2>${conversation.name}</h2><p class="muted">The beginning of the channel.</p></div>`;
}

/** A conversation's name and what is known of it. */
function Title({ conversation, other }) {
  const { now } = usePage();
  if (!other) {
    return html`<h1><${Icon} name=${conversation.kind === "private" ? "lock" : "hash"} />${conversation.name}</h1>`;
  }
  return html`<h1><${Avatar} person=${other} size=${28} />${nameOf(other)}${other.is_bot && html`<span
      class="app-badge">APP</span>`}<${Status} person=${other} /></h1>
    ${!other.is_bot && html`<span
        class="muted head-note">${other.title ? `${other.title} · ` : ""}${time.weekdayTime(now(), other.tz)} local time</span>`}`;
}

/** The conversation's messages with its composer. */
function Conversation({ conversation, messages, onOpenThread }) {
  const { people, me, post } = usePage();
  const other = conversation.kind === "im" ? people.get(conversation.other) : null;
  const { top, replies } = threadsOf(messages ?? []);
  const [unreadFrom, setUnreadFrom] = useState(null);
  const loaded = messages !== undefined;
  const last = messages?.at(-1)?.ts;

  // The line over what is new stays where it was on entering, though reading clears the count.
  useEffect(() => {
    const fresh = (messages ?? []).filter(({ user }) => user !== me.id);
    // Replies count as unread too, but only what stands in the conversation itself can carry the line.
    const from = conversation.unread ? fresh.at(-conversation.unread)?.ts : undefined;
    setUnreadFrom(from === undefined ? null : top.find(({ ts, user }) => ts >= from && user !== me.id)?.ts ?? null);
  }, [conversation.id, loaded]);

  useEffect(() => {
    const markRead = () => {
      if (last && conversation.unread && document.visibilityState === "visible") post("/read", { channel: conversation.id, ts: last });
    };
    markRead();
    document.addEventListener("visibilitychange", markRead);
    return () => document.removeEventListener("visibilitychange", markRead);
  }, [conversation.id, last, conversation.unread]);

  const name = other ? nameOf(other) : `#${conversation.name}`;
  return html`<${MessageList} channel=${conversation.id} messages=${top} replies=${replies} label=${`Messages with ${name}`}
      unreadFrom=${unreadFrom} onOpenThread=${onOpenThread} intro=${loaded && html`<${Intro} conversation=${conversation}
          other=${other} />`} />
    ${conversation.kind !== "im" && !conversation.is_member
      ? html`<div class="join-bar"><span>You are looking at <b>#${conversation.name}</b>.</span>
          <button type="button" class="button primary"
              onClick=${() => post("/join", { channel: conversation.id })}>Join channel</button></div>`
      : html`<${Composer} key=${conversation.id} channel=${conversation.id} placeholder=${`Message ${name}`} commands />`}`;
}

/** The side panel with one message and its replies. */
export function Thread({ conversation, messages, ts, onClose }) {
  const { people } = usePage();
  const { top, replies } = threadsOf(messages ?? []);
  const parent = top.find((message) => message.ts === ts);
  if (!parent) return null;
  const where = conversation.kind === "im" ? nameOf(people.get(conversation.other)) : `#${conversation.name}`;
  return html`<aside class="thread" aria-label="Thread"
      onKeyDown=${(event) => { if (event.key === "Escape" && !event.defaultPrevented) onClose(); }}>
    <header class="head"><h2>Thread</h2><span class="muted head-note">${where}</span>
      <button type="button" class="icon-button head-end" aria-label="Close thread" onClick=${onClose}><${Icon}
          name="close" /></button></header>
    <${MessageList} key=${ts} channel=${conversation.id} messages=${[parent, ...(replies.get(ts) ?? [])]} replies=${null}
      label=${`Thread of ${authorOf(parent, people).name}`} />
    <${Composer} key=${ts} channel=${conversation.id} thread=${ts} placeholder="Reply" />
  </aside>`;
}

/** The middle column: head, tabs of the app, and what is chosen. */
export function Main({ conversation, messages, menuButton }) {
  const { workspace, people, route, navigate, openApp } = usePage();
  const isApp = route.tab === "home" || conversation?.is_app_dm;
  const other = conversation?.kind === "im" ? people.get(conversation.other) : null;
  return html`<main id="main" class="main" aria-label=${isApp ? workspace.app.name : undefined}>
    <header class="head">${menuButton}
      ${isApp
        ? html`<${Title} conversation=${{ kind: "im" }}
            other=${people.get(workspace.app.bot_user) ?? { id: workspace.app.id, real_name: workspace.app.name, is_bot: true }} />`
        : conversation && html`<${Title} conversation=${conversation} other=${other} />`}
    </header>
    ${isApp && html`<nav class="tabs" aria-label=${workspace.app.name}>
      ${[["home", "Home"], ["messages", "Messages"]].map(([tab, label]) => html`<button type="button" key=${tab} class="tab"
        aria-current=${(route.tab === "home") === (tab === "home") ? "page" : undefined}
            onClick=${() => openApp(tab)}>${label}</button>`)}
    </nav>`}
    ${route.tab === "home" ? html`<${Home} />`
      : conversation ? html`<${Conversation} key=${conversation.id} conversation=${conversation} messages=${messages}
          onOpenThread=${(ts) => navigate({ thread: ts })} />`
      : html`<div class="empty"><${Icon} name="chat"
          size=${40} /><h2>Nothing chosen</h2><p>Choose a conversation on the left.</p></div>`}
  </main>`;
}
