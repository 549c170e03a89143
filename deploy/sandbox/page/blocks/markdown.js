// The markdown block: headings, lists, quotations, code, rules, and emphasis within lines.

import { html } from "../vendor/htm-preact.js";
import { withEmoji } from "./emoji.js";
import { Link } from "./text.js";

const INLINE = /`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|\*([^*\s][^*]*)\*|(?<!\w)_([^_]+)_(?!\w)/g;

function inline(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, label, href, bold, bold2, strike, italic, italic2] = match;
    parts.push(withEmoji(text.slice(from, match.index)));
    from = match.index + whole.length;
    if (code) parts.push(html`<code>${code}</code>`);
    else if (label) parts.push(html`<${Link} href=${href}>${inline(label)}</${Link}>`);
    else if (bold ?? bold2) parts.push(html`<b>${inline(bold ?? bold2)}</b>`);
    else if (strike) parts.push(html`<s>${inline(strike)}</s>`);
    else parts.push(html`<i>${inline(italic ?? italic2)}</i>`);
  }
  parts.push(withEmoji(text.slice(from)));
  return parts;
}

/** What a line opens: its kind, and the text that is left of it. */
function kindOf(line) {
  let match;
  if ((match = /^(#{1,6})\s+(.*)$/.exec(line))) return { kind: "heading", level: match[1].length, text: match[2] };
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return { kind: "rule" };
  if ((match = /^\s*[-*+]\s+(.*)$/.exec(line))) return { kind: "ul", text: match[1] };
  if ((match = /^\s*\d+[.)]\s+(.*)$/.exec(line))) return { kind: "ol", text: match[1] };
  if ((match = /^>\s?(.*)$/.exec(line))) return { kind: "quote", text: match[1] };
  return { kind: line.trim() ? "text" : "blank", text: line };
}

function prose(text) {
  const groups = [];
  for (const line of text.split("\n")) {
    const entry = kindOf(line);
    const last = groups.at(-1);
    if (last?.kind === entry.kind && entry.kind !== "heading") last.lines.push(entry.text);
    else groups.push({ ...entry, lines: [entry.text] });
  }
  return groups.map(({ kind, level, lines }) => {
    const broken = () => lines.flatMap((line, index) => [index ? html`<br />` : null, inline(line)]);
    switch (kind) {
      // The message's own heading is above these, so they start below it.
      case "heading": return html`<p class=${`md-heading md-heading-${level}`} role="heading" aria-level=${
        Math.min(level + 2, 6)}>${inline(lines[0])}</p>`;
      case "rule": return html`<hr />`;
      case "ul": return html`<ul>${lines.map((line) => html`<li>${inline(line)}</li>`)}</ul>`;
      case "ol": return html`<ol>${lines.map((line) => html`<li>${inline(line)}</li>`)}</ol>`;
      case "quote": return html`<blockquote>${broken()}</blockquote>`;
      case "text": return html`<p>${broken()}</p>`;
      default: return null;
    }
  });
}

export function Markdown({ block }) {
  const parts = (block.text ?? "").split(/^```[^\n]*\n([\s\S]*?)\n?```$/m);
  return html`<div class="markdown">${parts.map((part, index) =>
    index % 2 ? html`<pre><code>${part}</code></pre>` : prose(part))}</div>`;
}
