// Where one writes: messages, slash commands and mentions, each completed from a list.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";
import { usePage } from "./context.js";
import { Icon } from "./icons.js";
import { Avatar, nameOf } from "./people.js";

let lastId = 0;

/** Text as a client sends it: the three reserved characters escaped, chosen mentions as references, addresses in brackets. */
function encode(text, mentions) {
  let out = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replace(/\bhttps?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]]/g, "<$&>");
  // Longer names first, so that "@Ann Lee" is not taken for "@Ann".
  for (const [shown, reference] of [...mentions].sort(([a], [b]) => b.length - a.length)) out = out.replaceAll(shown, reference);
  return out;
}

/** What is being typed at the caret that can be completed: {kind, query, from}, or null. */
function completing(text, caret, commands) {
  const before = text.slice(0, caret);
  const command = commands && /^\/(\S*)$/.exec(before);
  if (command) return { kind: "command", query: command[1], from: 0 };
  const mention = /(?:^|[\s(])([@#])([^\s@#][^@#\n]{0,30}|)$/.exec(before);
  return mention && { kind: mention[1] === "@" ? "person" : "channel", query: mention[2], from: caret - mention[2].length - 1 };
}

export function Composer({ channel, thread, placeholder, commands = false }) {
  const { workspace, people, conversations, post, notify, narrow } = usePage();
  const [own] = useState(() => `composer-${++lastId}`);
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState(null);
  const mentions = useRef(new Map());
  const field = useRef(null);
  const wanted = useRef(null);

  // On a phone, focus would raise the keyboard over the conversation.
  useEffect(() => { if (!narrow) field.current.focus({ preventScroll: true }); }, []);
  useLayoutEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, 220)}px`;
    if (wanted.current !== null) field.current.setSelectionRange(wanted.current, wanted.current);
    wanted.current = null;
  }, [text]);

  const target = completing(text, caret, commands);
  const suggestions = target && dismissed !== `${target.kind}${target.from}` ? suggest(target) : [];

  function suggest({ kind, query }) {
    const needle = query.toLowerCase();
    if (kind === "command") {
      return workspace.app.commands.filter(({ command }) => command.slice(1).startsWith(needle)).map((entry) => ({
        key: entry.command, insert: `${entry.command} `, lead: html`<${Icon} name="app" />`,
        label: html`<b>${entry.command}</b> <span class="muted">${entry.usage_hint}</span>`, note: entry.description,
      }));
    }
    if (kind === "channel") {
      return conversations.filter(({ kind, name }) => kind !== "im" && name.includes(needle)).slice(0, 8).map(({ id, name, kind }) => ({
        key: id, insert: `#${name} `, mention: [`#${name}`, `<#${id}>`], lead: html`<${Icon}
            name=${kind === "private" ? "lock" : "hash"} />`, label: name,
      }));
    }
    // A finished mention followed by more words is not one any more.
    if ([...mentions.current.keys()].some((shown) => `@${query}`.startsWith(`${shown} `))) return [];
    return [...people.values()]
      .filter((person) => !person.deleted && (nameOf(person).toLowerCase().split(" ").some((word) => word.startsWith(needle))
        || nameOf(person).toLowerCase().startsWith(needle) || person.name?.startsWith(needle)))
      .slice(0, 8)
      .map((person) => ({
        key: person.id, insert: `@${nameOf(person)} `, mention: [`@${nameOf(person)}`, `<@${person.id}>`],
        lead: html`<${Avatar} person=${person} size=${24} />`, label: nameOf(person), note: person.title,
      }));
  }

  function take(entry) {
    const next = text.slice(0, target.from) + entry.insert + text.slice(caret);
    if (entry.mention) mentions.current.set(...entry.mention);
    wanted.current = target.from + entry.insert.length;
    setCaret(wanted.current);
    setText(next);
    setActive(0);
    field.current.focus();
  }

  async function send() {
    const written = text.trim();
    if (!written) return;
    // A leading space sends text that only looks like a command.
    const command = text.startsWith("/") && /^(\/\S+)\s*([\s\S]*)$/.exec(written);
    if (command && !commands) {
      notify("Slash commands do not work in threads.");
      return;
    }
    if (command && !workspace.app.commands.some((entry) => entry.command === command[1])) {
      notify(`${command[1]} is not a command of this workspace. To send it as text, start with a space.`);
      return;
    }
    const keep = text;
    setText("");
    setCaret(0);
    const answer = command
      ? await post("/command", { channel, command: command[1], text: encode(command[2], mentions.current) })
      : await post("/messages", { channel, text: encode(written, mentions.current), ...(thread ? { thread_ts: thread } : {}) });
    // What could not be sent comes back, unless something new was begun meanwhile.
    if (!answer.ok && !command) setText((now) => now || keep);
  }

  function onKeyDown(event) {
    if (event.isComposing) return;
    if (suggestions.length) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        setActive((active + step + suggestions.length) % suggestions.length);
        return;
      }
      const exact = target.kind === "command" && suggestions[active]?.key === `/${target.query}`;
      if (event.key === "Tab" && !event.shiftKey || event.key === "Enter" && !event.shiftKey && !exact) {
        event.preventDefault();
        take(suggestions[active] ?? suggestions[0]);
        return;
      }
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        setDismissed(`${target.kind}${target.from}`);
        return;
      }
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  }

  return html`<form class="composer" onSubmit=${(event) => { event.preventDefault(); send(); }}>
    ${suggestions.length > 0 && html`<ul class="popup suggestions" id=${`${own}-list`} role="listbox"
      aria-label=${{ command: "Commands", person: "People", channel: "Channels" }[target.kind]}>
      ${suggestions.map((entry, index) => html`<li id=${`${own}-${index}`} key=${entry.key} role="option"
          aria-selected=${index === active}
        class=${`option ${index === active ? "active" : ""}`} onMouseDown=${(event) => event.preventDefault()}
            onMouseMove=${() => setActive(index)}
        onClick=${() => take(entry)}>${entry.lead}<span
            class="option-text"><span>${entry.label}</span>${entry.note && html`<small>${entry.note}</small>`}</span></li>`)}
    </ul>`}
    <textarea ref=${field} rows="1" data-home-focus aria-label=${placeholder} placeholder=${placeholder} value=${text}
      aria-autocomplete="list" aria-haspopup="listbox" aria-controls=${suggestions.length ? `${own}-list` : undefined}
      aria-activedescendant=${suggestions.length ? `${own}-${active}` : undefined}
      onInput=${(event) => { setText(event.target.value); setCaret(event.target.selectionStart); setActive(0); setDismissed(null); }}
      onSelect=${(event) => setCaret(event.target.selectionStart)} onKeyDown=${onKeyDown}></textarea>
    <div class="sr-only" role="status">${suggestions.length > 0 && `${suggestions.length} suggestions`}</div>
    <div class="composer-foot">
      <span class="muted">
        ${!narrow && commands && workspace.app.commands.length > 0 && html`<kbd>/</kbd> for commands, `}
        ${!narrow && html`<kbd>@</kbd> to mention`}
      </span>
      <button type="submit" class="send" aria-label="Send message" aria-disabled=${!text.trim()}><${Icon} name="send" /></button>
    </div>
  </form>`;
}
