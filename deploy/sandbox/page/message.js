// One message: who, when, what, and what one can do with it.

import { html } from "./vendor/htm-preact.js";
import { Unknown } from "./blocks/elements.js";
import { Emoji } from "./blocks/emoji.js";
import { Picture } from "./blocks/picture.js";
import { LiveBlocks } from "./blocks/surface.js";
import { Mrkdwn } from "./blocks/text.js";
import { usePage } from "./context.js";
import { Icon } from "./icons.js";
import { Menu } from "./menu.js";
import { Avatar, nameOf } from "./people.js";
import * as time from "./time.js";

const QUICK = ["+1", "white_check_mark", "eyes", "tada", "heart", "pray", "thinking_face", "-1"];

/** Who wrote a message; a bot may write under a name of its own. */
export function authorOf(message, people) {
  const person = people.get(message.user) ?? { id: message.user, name: message.username, is_bot: message.bot };
  return { person: { ...person, is_bot: message.bot || person.is_bot }, name: (message.bot && message.username) || nameOf(person) };
}

function Files({ files }) {
  return html`<div class="files">${files.map((file) => file.mimetype?.startsWith("image/")
    ? html`<figure class="image-block" key=${file.id}><figcaption>${file.title || file.name}</figcaption>
        <${Picture} image=${{ image_url: file.url, alt_text: file.alt_txt }} name=${file.title || file.name} /></figure>`
    : html`<a class="file-card" key=${file.id} href=${file.url} target="_blank" rel="noopener noreferrer">
        <${Icon} name="file" size=${24} /><span><b>${file.title || file.name}</b><small>${file.mimetype}</small></span></a>`)}</div>`;
}

function Reactions({ message, react }) {
  const { people, me } = usePage();
  if (!message.reactions?.length) return null;
  return html`<div class="reactions">${message.reactions.map(({ name, users }) => html`<button type="button" key=${name}
      class="reaction"
    aria-pressed=${users.includes(me.id)} onClick=${() => react(name)} title=${users.map((id) => nameOf(people.get(id))).join(", ")}
    aria-label=${`${name.replaceAll("_", " ")}, ${users.length} ${users.length === 1 ? "person" : "people"}`}>
    <${Emoji} name=${name} /><span>${users.length}</span></button>`)}</div>`;
}

function Replies({ replies, onOpen }) {
  const { people, me, now } = usePage();
  if (!replies.length) return null;
  const last = Number(replies.at(-1).ts);
  const day = time.nearDay(last, me.tz, now()) ?? time.dayAndMonth(last, me.tz);
  const authors = [...new Map(replies.map((reply) => [reply.user, authorOf(reply, people).person])).values()].slice(0, 4);
  return html`<button type="button" class="replies" onClick=${onOpen}>
    <span class="replies-faces">${authors.map((person) => html`<${Avatar} key=${person.id} person=${person} size=${22} />`)}</span>
    <b>${replies.length} ${replies.length === 1 ? "reply" : "replies"}</b>
    <span class="muted">Last ${day.toLowerCase() === "today" ? "today" : day} at ${time.clockTime(last, me.tz)}</span></button>`;
}

/** `compact` leaves out who, for a message that follows one of the same author; `replies` is null within a thread. */
export function Message({ channel, message, compact, replies, onOpenThread }) {
  const { people, me, post } = usePage();
  const { person, name } = authorOf(message, people);
  const at = Number(message.ts);
  const react = (reaction) => post("/react", { channel, ts: message.ts, name: reaction });
  const stamp = html`<time datetime=${new Date(at * 1000).toISOString()}
      title=${time.fullTime(at, me.tz)}>${time.clockTime(at, me.tz)}</time>`;
  const edited = message.edited && html`<span class="edited"> (edited)</span>`;
  return html`<article class=${`message ${compact ? "compact" : ""} ${message.ephemeral ? "ephemeral" : ""}`} data-ts=${message.ts}
    aria-label=${`${name}, ${time.clockTime(at, me.tz)}`}>
    <div class="message-lead">${compact ? stamp : html`<${Avatar} person=${person} size=${38} />`}</div>
    <div class="message-body">
      ${message.ephemeral && html`<div class="only-you"><${Icon} name="eye" size=${15} />Only visible to you</div>`}
      ${!compact && html`<div class="message-head"><b class="author">${name}</b>${person.is_bot && html`<span
          class="app-badge">APP</span>`}${stamp}</div>`}
      ${message.blocks?.length
        ? html`<${LiveBlocks} container=${{ type: "message", channel, ts: message.ts }} blocks=${message.blocks} />`
        : message.text && html`<div class="message-text"><${Mrkdwn} text=${message.text} />${edited}</div>`}
      ${message.blocks?.length > 0 && edited}
      ${message.attachments > 0 && html`<${Unknown} what="part of the message" type="attachments" />`}
      ${message.files?.length > 0 && html`<${Files} files=${message.files} />`}
      <${Reactions} message=${message} react=${react} />
      ${replies && html`<${Replies} replies=${replies} onOpen=${onOpenThread} />`}
    </div>
    ${!message.ephemeral && html`<div class="message-tools">
      <${Menu} label="React" class="icon-button" wide=${false} items=${QUICK.map((reaction) => ({
        key: reaction, name: reaction.replaceAll("_", " "), label: html`<${Emoji}
            name=${reaction} />`, onChoose: () => react(reaction),
      }))}><${Icon} name="react" /></${Menu}>
      ${onOpenThread && html`<button type="button" class="icon-button" aria-label="Reply in thread" title="Reply in thread"
          onClick=${onOpenThread}><${Icon} name="thread" /></button>`}
    </div>`}
  </article>`;
}
