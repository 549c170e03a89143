// The left column: who one is, and everywhere one can go.

import { html, useState } from "./vendor/htm-preact.js";
import { usePage } from "./context.js";
import { Dialog } from "./dialog.js";
import { Icon, Mark } from "./icons.js";
import { Avatar, nameOf, PeopleDialog, playable, Status } from "./people.js";
import * as time from "./time.js";

function Row({ here, unread = 0, onClick, lead, children }) {
  return html`<li><button type="button" class=${`row ${unread ? "row-unread" : ""}`}
      aria-current=${here ? "page" : undefined} onClick=${onClick}>
    ${lead}<span class="row-name">${children}</span>
    ${unread > 0 && html`<span class="badge"><span aria-hidden="true">${unread > 99 ? "99+" : unread}</span><span
        class="sr-only">, ${unread} unread</span></span>`}
  </button></li>`;
}

function Heading({ id, children, action, onAction }) {
  return html`<div class="row-heading"><h2 id=${id}>${children}</h2>
    ${action && html`<button type="button" class="icon-button small" aria-label=${action} title=${action}
        onClick=${onAction}><${Icon} name="plus" size=${16} /></button>`}</div>`;
}

function BrowseChannels({ channels, onChoose, onCancel }) {
  return html`<${Dialog} class="chooser" labelledBy="browse-title" light onCancel=${onCancel}>
    <header class="modal-head"><h2 id="browse-title">Channels to join</h2>
      <button type="button" class="icon-button" aria-label="Close" onClick=${onCancel}><${Icon} name="close" /></button></header>
    <div class="people-groups"><ul>${channels.map((channel) => html`<li key=${channel.id}>
      <button type="button" class="person" onClick=${() => onChoose(channel.id)}><${Icon} name="hash" /><span
          class="person-text"><b>${channel.name}</b></span></button></li>`)}</ul>
      ${!channels.length && html`<p class="muted">You are in every channel there is.</p>`}</div>
  </${Dialog}>`;
}

export function Sidebar({ onGone = () => {} }) {
  const { workspace, me, people, conversations, route, navigate, openConversation, openDirect, openApp, now, online } = usePage();
  const [dialog, setDialog] = useState(null);
  const connected = online.app ?? workspace.app.connected ?? true;
  const go = (action) => { action(); onGone(); };
  const byName = (a, b) => (a.name ?? "").localeCompare(b.name ?? "");
  const channels = conversations.filter(({ kind, is_member }) => kind !== "im" && is_member).sort(byName);
  const open = conversations.filter(({ kind, is_member }) => kind === "channel" && !is_member).sort(byName);
  const directs = conversations.filter(({ kind, is_app_dm }) => kind === "im" && !is_app_dm)
    .sort((a, b) => Number(b.last_ts ?? 0) - Number(a.last_ts ?? 0));
  const appDm = conversations.find(({ is_app_dm }) => is_app_dm);
  const here = (id) => route.tab !== "home" && route.channel === id;

  const channelRow = ({ id, kind, name, unread }) => {
    const lead = html`<${Icon} name=${kind === "private" ? "lock" : "hash"} />`;
    return html`<${Row} key=${id} here=${here(id)} unread=${unread} lead=${lead} onClick=${() => go(() => openConversation(id))}>
      ${name}${kind === "private" && html`<span class="sr-only"> (private)</span>`}
    </${Row}>`;
  };
  const directRow = ({ id, other, name, unread }) => {
    const person = people.get(other);
    const lead = html`<${Avatar} person=${person} size=${20} />`;
    return html`<${Row} key=${id} here=${here(id)} unread=${unread} lead=${lead} onClick=${() => go(() => openConversation(id))}>
      ${person ? nameOf(person) : name}${other === me.id ? " (you)" : ""}${person && html`<${Status} person=${person} />`}
    </${Row}>`;
  };
  const appRow = (tab, title, icon, rest) => html`<${Row} ...${rest} lead=${html`<${Icon} name=${icon} />`}
    onClick=${() => go(() => openApp(tab))}>${workspace.app.name}${" "}<span class="row-note">${title}</span></${Row}>`;
  const close = () => setDialog(null);
  const become = (person) => {
    close();
    go(() => navigate({ as: person.id, channel: null, tab: null, thread: null }));
  };

  // The dialogs stand beside the sidebar, not in it: its colours are not theirs.
  return html`<section class="sidebar" aria-label="Workspace">
    <div class="workspace">
      <${Mark} size=${34} /><div><b>${workspace.team.name}</b><span>Sandbox</span></div>
    </div>
    <button type="button" class="me" onClick=${() => setDialog("me")}>
      <${Avatar} person=${me} size=${36} />
      <span class="me-text">
        <small>You are · ${time.clockTime(now(), me.tz)}</small>
        <b>${nameOf(me)}</b>
        <small title=${me.title}>${me.title}</small>
        <span class="sr-only">. Change who you are</span>
      </span>
      <${Icon} name="down" size=${16} />
    </button>
    <nav class="places" aria-label="Conversations">
      <${Heading} id="places-app">App</${Heading}>
      <ul aria-labelledby="places-app">
        ${appRow("home", "Home", "home", { here: route.tab === "home" })}
        ${appRow("messages", "Messages", "chat", { here: appDm && here(appDm.id), unread: appDm?.unread })}
      </ul>
      <${Heading} id="places-channels" action="Join a channel" onAction=${() => setDialog("channels")}>Channels</${Heading}>
      <ul aria-labelledby="places-channels">${channels.map(channelRow)}</ul>
      <${Heading} id="places-directs" action="Write to someone" onAction=${() => setDialog("direct")}>Direct messages</${Heading}>
      <ul aria-labelledby="places-directs">${directs.map(directRow)}</ul>
    </nav>
    <p class=${`connection ${online.page && connected ? "" : "connection-off"}`} role="status">
      <span class="dot"></span>
      ${!online.page ? "Reconnecting…" : !connected ? `${workspace.app.name} is not connected` : "Live"}
    </p>
  </section>
  ${dialog === "me" && html`<${PeopleDialog} title="Who do you want to be?" people=${playable(workspace.people)}
    current=${me.id} now=${now()} onCancel=${close} onChoose=${become} />`}
  ${dialog === "direct" && html`<${PeopleDialog} title="Write to" people=${workspace.people.filter(({ deleted }) => !deleted)}
    now=${now()} onCancel=${close} onChoose=${(person) => { close(); go(() => openDirect(person.id)); }} />`}
  ${dialog === "channels" && html`<${BrowseChannels} channels=${open} onCancel=${close}
    onChoose=${(id) => { close(); go(() => openConversation(id)); }} />`}`;
}
