// rich_text blocks: sections, lists, quotations and preformatted text of styled pieces.

import { html } from "../vendor/htm-preact.js";
import { Emoji, withEmoji } from "./emoji.js";
import { ChannelMention, DateText, Link, UserMention } from "./text.js";

function styled(node, style = {}) {
  let out = node;
  if (style.code) out = html`<code>${out}</code>`;
  if (style.bold) out = html`<b>${out}</b>`;
  if (style.italic) out = html`<i>${out}</i>`;
  if (style.strike) out = html`<s>${out}</s>`;
  if (style.underline) out = html`<u>${out}</u>`;
  return out;
}

function piece(element) {
  switch (element.type) {
    case "text": return styled(withEmoji(element.text), element.style);
    case "link": return styled(html`<${Link} href=${element.url}>${element.text || element.url}</${Link}>`, element.style);
    case "emoji": return element.unicode
      ? withEmoji(String.fromCodePoint(...element.unicode.split("-").map((code) => parseInt(code, 16))))
      : html`<${Emoji} name=${element.name} />`;
    case "user": return html`<${UserMention} id=${element.user_id} />`;
    case "channel": return html`<${ChannelMention} id=${element.channel_id} />`;
    case "usergroup": return html`<span class="mention">@${element.usergroup_id}</span>`;
    case "broadcast": return html`<span class="mention mention-me">@${element.range}</span>`;
    case "date": return html`<${DateText} timestamp=${element.timestamp} format=${element.format} url=${element.url}
      fallback=${element.fallback} />`;
    case "color": return html`<span class="colour-piece"><i style=${{ background: element.value }}></i>${
      element.value}</span>`;
    default: return html`<code>${element.type}</code>`;
  }
}

function part(element) {
  switch (element.type) {
    case "rich_text_section": return html`<div class="rich-section">${element.elements.map(piece)}</div>`;
    case "rich_text_quote": return html`<blockquote>${element.elements.map(piece)}</blockquote>`;
    case "rich_text_preformatted": return html`<pre><code>${element.elements.map(piece)}</code></pre>`;
    case "rich_text_list": {
      const tag = element.style === "ordered" ? "ol" : "ul";
      const start = tag === "ol" && element.offset ? element.offset + 1 : undefined;
      return html`<${tag} start=${start} style=${{ marginInlineStart: `${(element.indent ?? 0) * 24}px` }}>
        ${element.elements.map((item) => html`<li>${part(item)}</li>`)}
      </${tag}>`;
    }
    default: return html`<code>${element.type}</code>`;
  }
}

/** The elements of a rich_text block, or of a table cell of that type. */
export function RichText({ elements }) {
  return html`<div class="rich-text">${(elements ?? []).map(part)}</div>`;
}
