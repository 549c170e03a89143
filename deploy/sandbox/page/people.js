// People: their pictures and lists to choose one from.

import { html, useEffect, useMemo, useRef, useState } from "./vendor/htm-preact.js";
import { get } from "./api.js";
import { Emoji } from "./blocks/emoji.js";
import { Dialog } from "./dialog.js";
import { Icon, Mark } from "./icons.js";
import * as time from "./time.js";

/** Hues that keep white initials readable (at least 4.5:1) at the lightness used in the style sheet. */
const HUES = [12, 32, 95, 150, 172, 196, 216, 246, 270, 300, 328, 350];

function hue(id) {
  let sum = 0;
  for (const character of id ?? "") sum = (sum * 31 + character.codePointAt(0)) >>> 0;
  return HUES[sum % HUES.length];
}

export const nameOf = (person) => person?.real_name || person?.name || "Someone";

function initials(name) {
  const words = name.split(/\s+/).filter((word) => /\p{L}|\p{N}/u.test(word));
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

/** A coloured square with initials; bots get the app icon. Decorative: the name always stands beside it. */
export function Avatar({ person, size = 36 }) {
  const style = { width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.38)}px`, "--hue": hue(person?.id) };
  return html`<span class=${`avatar ${person?.is_bot ? "avatar-bot" : ""}`} style=${style} aria-hidden="true">
    ${person?.is_bot ? html`<${Icon} name="app" size=${Math.round(size * 0.6)} />` : initials(nameOf(person))}</span>`;
}

/** A person's status emoji and do-not-disturb sign. */
export function Status({ person }) {
  return html`${person.status_emoji && html`<span class="status" role="img"
      aria-label=${`Status: ${person.status_text || person.status_emoji}`}
    title=${person.status_text}><${Emoji} name=${person.status_emoji.replaceAll(":", "")} /></span>`}
    ${person.dnd && html`<span class="status" role="img" aria-label="Do not disturb" title="Do not disturb"><${Icon}
        name="moon" size=${14} /></span>`}`;
}

/**
 * People as groups: by title where titles are shared, else by initial letter. Those whose title nobody shares
 * stand first, under no heading, since it would only say what their own line says.
 */
function grouped(people) {
  const sharing = new Map();
  for (const { title } of people) if (title) sharing.set(title, (sharing.get(title) ?? 0) + 1);
  const byTitle = sharing.size > 0 && sharing.size <= people.length / 2;
  const headingOf = (title) => (!title ? "Without a title" : sharing.get(title) > 1 ? title : "");
  const groups = new Map();
  for (const person of [...people].sort((a, b) => nameOf(a).localeCompare(nameOf(b)))) {
    const key = byTitle ? headingOf(person.title) : nameOf(person)[0].toUpperCase();
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(person);
  }
  // Small groups first: one director is found at once, forty representatives are searched for.
  const size = ([title, members]) => (byTitle && title ? members.length : 0);
  return [...groups].sort((one, other) => size(one) - size(other) || one[0].localeCompare(other[0]));
}

/**
 * A searchable list of people. `suggestions` ({person, reason}) stand first;
 * arrow keys move between the entries and the search field.
 */
function PeopleList({ people, now, onChoose, current, suggestions = [], label }) {
  const [query, setQuery] = useState("");
  const root = useRef(null);
  const needle = query.trim().toLowerCase();
  const matches = ({ name, real_name: real, title, email }) =>
    !needle || `${real ?? ""} ${name} ${title ?? ""} ${email ?? ""}`.toLowerCase().includes(needle);
  const groups = useMemo(() => grouped(people.filter(matches)), [people, needle]);
  const suggested = suggestions.filter(({ person }) => matches(person));
  const count = groups.reduce((sum, [, members]) => sum + members.length, 0);

  function onKeyDown(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [root.current.querySelector("input"), ...root.current.querySelectorAll(".person")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  const entry = (person, reason) => html`<li key=${person.id}>
    <button type="button" class="person" aria-current=${person.id === current ? "true" : undefined}
        onClick=${() => onChoose(person)}>
      <${Avatar} person=${person} size=${40} />
      <span class="person-text"><b>${nameOf(person)}<${Status} person=${person} /></b>
        <span class="muted">${reason ?? person.title ?? ""}</span></span>
      <span class="person-time muted">${now !== null && time.weekdayTime(now, person.tz)}</span>
    </button></li>`;

  return html`<div class="people-list" ref=${root} onKeyDown=${onKeyDown}>
    <label class="search"><${Icon} name="search" /><input type="search" autofocus aria-label=${label}
        placeholder="Search by name, title or email"
      value=${query} onInput=${(event) => setQuery(event.target.value)}
      onKeyDown=${(event) => {
        if (event.key === "Enter" && needle && count) onChoose(suggested[0]?.person ?? groups[0][1][0]);
      }} /></label>
    <div class="sr-only" role="status">${needle ? `${count} found` : ""}</div>
    <div class="people-groups">
      ${suggested.length > 0 && html`<section
          class="suggested"><h2>Good to begin with</h2><ul>${suggested.map(({ person, reason }) => entry(person, reason))}</ul></section>`}
      ${groups.map(([title, members]) => html`<section key=${title}>${title && html`<h2>${title}${members.length > 1 && html`<span
          class="count">${members.length}</span>`}</h2>`}
        <ul>${members.map((person) => entry(person))}</ul></section>`)}
      ${!count && html`<p class="muted">Nobody matches “${query}”.</p>`}
    </div>
  </div>`;
}

/** The list in a dialog: to become someone else, or to write to someone. */
export function PeopleDialog({ title, hint, onCancel, ...list }) {
  return html`<${Dialog} class="chooser" labelledBy="chooser-title" light onCancel=${onCancel}>
    <header class="modal-head"><h2 id="chooser-title">${title}</h2>
      <button type="button" class="icon-button" aria-label="Close" onClick=${onCancel}><${Icon} name="close" /></button></header>
    ${hint && html`<p class="muted chooser-hint">${hint}</p>`}
    <${PeopleList} ...${list} label=${title} />
  </${Dialog}>`;
}

/** Whom one can be: people who are there, not bots. */
export const playable = (people) => people.filter((person) => !person.is_bot && !person.deleted);

/** `U1:reason|U2:…` of the address, as suggestions. */
function readSuggestions(text, people) {
  return (text ?? "").split("|").flatMap((part) => {
    const [id, ...reason] = part.split(":");
    const person = people.find((each) => each.id === id);
    return person ? [{ person, reason: reason.join(":") || undefined }] : [];
  });
}

/** The first page a newcomer sees. */
export function Welcome({ workspace, suggest, unknown, onChoose }) {
  const people = playable(workspace.people);
  const [now, setNow] = useState(null);
  // The workspace's clock may stand elsewhere than this machine's.
  useEffect(() => {
    if (people.length) get(`/as/${encodeURIComponent(people[0].id)}`).then((answer) => setNow(answer.now), () => {});
  }, []);
  return html`<main class="welcome">
    <div class="welcome-card">
      <header><${Mark} size=${52} /><div><h1>Who do you want to be?</h1>
        <p class="muted">This is <b>${workspace.team.name}</b>, a workspace in the Sandbox. See it through the eyes of anyone in it;
          you can change at any time.</p></div></header>
      ${unknown && html`<p class="alert alert-warning" role="note"><${Icon}
          name="warning" />Nobody here has the id ${unknown}.</p>`}
      <${PeopleList} people=${people} now=${now} onChoose=${onChoose} label="Search people"
        suggestions=${readSuggestions(suggest, people)} />
    </div>
  </main>`;
}
