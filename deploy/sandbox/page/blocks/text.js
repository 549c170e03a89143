// Text as Slack writes it: plain_text, and mrkdwn with mentions, links and dates.
// Everything becomes elements and text nodes; nothing a message says is ever inserted as HTML.

import { html } from "../vendor/htm-preact.js";
import { usePage } from "../context.js";
import * as time from "../time.js";
import { emojiText, withEmoji } from "./emoji.js";

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A link that may be followed: anything but web, mail and telephone addresses stays text. */
export function Link({ href, children }) {
  if (!/^(https?:\/\/|mailto:|tel:|\/files\/)/i.test(href)) return html`<span>${children}</span>`;
  return html`<a href=${href} target="_blank" rel="noopener noreferrer">${children}</a>`;
}

/** A person's name; it stands out when it is the reader's own. */
export function UserMention({ id }) {
  const { people, me } = usePage();
  const person = people.get(id);
  return html`<span class=${`mention ${id === me.id ? "mention-me" : ""}`}>@${
    person ? person.real_name || person.name : id}</span>`;
}

/** A channel's name that leads there, when the reader can see it. */
export function ChannelMention({ id, name }) {
  const { conversations, openConversation } = usePage();
  const known = conversations.find((conversation) => conversation.id === id);
  if (!known) return html`<span class="mention">#${name || id}</span>`;
  return html`<button type="button" class="mention link" onClick=${() => openConversation(id)}>#${known.name}</button>`;
}

/** A date as `<!date^…>` and rich_text write it: `{date_long} at {time}`, in the reader's zone. */
export function DateText({ timestamp, format, url, fallback }) {
  const { me, now } = usePage();
  const epoch = Number(timestamp);
  if (!Number.isFinite(epoch)) return fallback ?? "";
  const zone = me.tz;
  const pretty = (plain) => time.nearDay(epoch, zone, now())?.toLowerCase() ?? plain(epoch, zone);
  const tokens = {
    date_num: () => time.numericDate(epoch, zone),
    date: () => time.date(epoch, zone),
    date_slash: () => time.numericDate(epoch, zone).replaceAll("-", "/"),
    date_short: () => time.shortDate(epoch, zone),
    date_long: () => time.longDate(epoch, zone),
    date_pretty: () => pretty(time.date),
    date_short_pretty: () => pretty(time.shortDate),
    date_long_pretty: () => pretty(time.longDate),
    day_divider_pretty: () => time.dayHeading(epoch, zone, now()),
    time: () => time.clockTime(epoch, zone),
    time_secs: () => time.clockSeconds(epoch, zone),
    ago: () => time.ago(epoch, now()),
  };
  const text = format.replace(/\{(\w+)\}/g, (whole, token) => tokens[token]?.() ?? whole);
  const shown = html`<time datetime=${new Date(epoch * 1000).toISOString()} title=${time.fullTime(epoch, zone)}>${
    text}</time>`;
  return url ? html`<${Link} href=${url}>${shown}</${Link}>` : shown;
}

/** What stands between < and > in mrkdwn. */
function reference(inside) {
  const [target, ...rest] = inside.split("|");
  const label = rest.join("|");
  if (/^@[UWB]/.test(target)) return html`<${UserMention} id=${target.slice(1)} />`;
  if (target.startsWith("#")) return html`<${ChannelMention} id=${target.slice(1)} name=${label} />`;
  if (target.startsWith("!date^")) {
    const [, timestamp, format, url] = target.split("^");
    return html`<${DateText} timestamp=${timestamp} format=${unescape(format ?? "")} url=${url}
      fallback=${unescape(label)} />`;
  }
  if (target.startsWith("!")) {
    const name = label.replace(/^@/, "") || target.slice(1).replace(/^subteam\^/, "");
    return html`<span class="mention mention-me">@${unescape(name)}</span>`;
  }
  const href = unescape(target);
  return html`<${Link} href=${href}>${label ? withEmoji(unescape(label)) : href.replace(/^mailto:/, "")}</${Link}>`;
}

// A mark opens after the start, a space or punctuation and closes before the same.
const STYLES = { "*": "b", _: "i", "~": "s" };
const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\3(?![\p{L}\p{N}])|(https?:\/\/[^\s<>]+[^\s<>.,;:!?)\]])/gu;

function inline(text, verbatim) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, code, angle, mark, styled, url] = match;
    if (url && verbatim) continue;
    parts.push(withEmoji(unescape(text.slice(from, match.index))));
    from = match.index + whole.length;
    if (code) parts.push(html`<code>${unescape(code)}</code>`);
    else if (angle) parts.push(reference(angle));
    else if (url) parts.push(html`<${Link} href=${unescape(url)}>${unescape(url)}</${Link}>`);
    else parts.push(html`<${STYLES[mark]}>${inline(styled, verbatim)}</${STYLES[mark]}>`);
  }
  parts.push(withEmoji(unescape(text.slice(from))));
  return parts;
}

/** Lines joined by breaks, with runs of `> ` lines as quotations. */
function lines(text, verbatim) {
  const out = [];
  let quote = [];
  const flush = () => {
    if (quote.length) out.push(html`<blockquote>${lined(quote, verbatim)}</blockquote>`);
    quote = [];
  };
  let plain = [];
  const flushPlain = () => {
    if (plain.length) out.push(lined(plain, verbatim));
    plain = [];
  };
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      flushPlain();
      quote.push(quoted[1]);
    } else {
      flush();
      plain.push(line);
    }
  }
  flush();
  flushPlain();
  return out;
}

const lined = (all, verbatim) => all.flatMap((line, index) => [index ? html`<br />` : null, inline(line, verbatim)]);

/** A mrkdwn string. */
export function Mrkdwn({ text, verbatim = false }) {
  const parts = (text ?? "").split(/```\n?([\s\S]*?)\n?```/);
  return html`<span class="mrkdwn">${parts.map((part, index) => {
    if (index % 2) return html`<pre><code>${unescape(part)}</code></pre>`;
    // A break next to a fence belongs to the fence, which starts its own line anyway.
    const trimmed = part.replace(index ? /^\n/ : /^(?!)/, "").replace(index < parts.length - 1 ? /\n$/ : /(?!)$/, "");
    return trimmed && lines(trimmed, verbatim);
  })}</span>`;
}

/** A text object: plain_text stays what it is but for emoji; only mrkdwn is markup. */
export function Text({ text }) {
  if (!text) return null;
  if (text.type === "mrkdwn") return html`<${Mrkdwn} text=${text.text} verbatim=${text.verbatim} />`;
  return html`<span class="plain">${text.emoji === false ? text.text : withEmoji(text.text)}</span>`;
}

/** A text object as a bare string, for labels and attributes. */
export function plain(text) {
  if (!text) return "";
  return text.emoji === false ? text.text : emojiText(text.text);
}

/** A mrkdwn string as one line for lists and for reading out. */
export function summary(text, people) {
  return emojiText(unescape((text ?? "")
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `@${people.get(id)?.real_name ?? id}`)
    .replace(/<[^|>]*\|([^>]*)>/g, "$1")
    .replace(/<([^>]*)>/g, "$1")
    .replace(/\s+/g, " ")));
}
