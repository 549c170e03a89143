// Blocks by type. A surface (message, modal, Home tab) stands around them and takes what people do.

import { html } from "../vendor/htm-preact.js";
import { useSurface } from "../context.js";
import { Icon } from "../icons.js";
import { Chart } from "./chart.js";
import { Element, Unknown } from "./elements.js";
import { Markdown } from "./markdown.js";
import { Picture } from "./picture.js";
import { RichText } from "./rich_text.js";
import { Table } from "./table.js";
import { plain, Text } from "./text.js";

function Section({ block }) {
  return html`<div class=${`section ${block.accessory ? "with-accessory" : ""}`}>
    <div class="section-text">
      ${block.text && html`<div><${Text} text=${block.text} /></div>`}
      ${block.fields && html`<div class="fields">${block.fields.map((field) => html`<div><${Text} text=${field} /></div>`)}</div>`}
    </div>
    ${block.accessory && html`<div class="accessory"><${Element} block=${block} element=${block.accessory} /></div>`}
  </div>`;
}

function Header({ block }) {
  const { headingLevel } = useSurface();
  return html`<${`h${headingLevel}`} class="block-header"><${Text} text=${block.text} /></${`h${headingLevel}`}>`;
}

function Context({ block }) {
  return html`<div class="context">${(block.elements ?? []).map((element) => element.type === "image"
    ? html`<${Picture} image=${element} small />`
    : html`<span><${Text} text=${element} /></span>`)}</div>`;
}

function Actions({ block }) {
  return html`<div class="actions">${(block.elements ?? []).map((element) => html`<div class="action" key=${element.action_id}>
    <${Element} block=${block} element=${element} /></div>`)}</div>`;
}

const GROUPS = new Set(["radio_buttons", "checkboxes"]);

function Input({ block }) {
  const { id, errors } = useSurface();
  const own = `${id}-${block.block_id}`;
  const error = errors[block.block_id];
  const group = GROUPS.has(block.element?.type);
  const described = [block.hint && `${own}-hint`, error && `${own}-error`].filter(Boolean).join(" ") || undefined;
  const label = html`<${Text} text=${block.label} />${block.optional && html`<span class="optional"> (optional)</span>`}`;
  const field = {
    id: own, invalid: Boolean(error), describedBy: described, required: !block.optional,
    labelledBy: group ? `${own}-label` : undefined,
  };
  return html`<div class=${`input-block ${error ? "has-error" : ""}`} data-block=${block.block_id}>
    ${group
      ? html`<div class="label" id=${`${own}-label`}>${label}</div>`
      : html`<label class="label" id=${`${own}-label`} for=${own}>${label}</label>`}
    <${Element} block=${block} element=${block.element ?? {}} field=${field} />
    ${error && html`<div class="error" id=${`${own}-error`}><${Icon} name="error" size=${15} />${error}</div>`}
    ${block.hint && html`<div class="hint" id=${`${own}-hint`}><${Text} text=${block.hint} /></div>`}
  </div>`;
}

function Image({ block }) {
  return html`<figure class="image-block">
    ${block.title && html`<figcaption>${plain(block.title)}</figcaption>`}
    <${Picture} image=${block} name=${plain(block.title)} />
  </figure>`;
}

const LEVELS = { info: "Info", warning: "Warning", error: "Error", success: "Done", default: "Note" };

function Alert({ block }) {
  const level = Object.hasOwn(LEVELS, block.level) ? block.level : "default";
  return html`<div class=${`alert alert-${level}`} role="note" aria-label=${LEVELS[level]}>
    <${Icon} name=${level === "default" ? "info" : level} /><div><${Text} text=${block.text} /></div>
  </div>`;
}

function FileCard({ block }) {
  return html`<div class="file-card"><${Icon} name="file"
      size=${22} /><span>File <code>${block.external_id ?? block.file_id}</code></span></div>`;
}

function Video({ block }) {
  return html`<div class="video">
    ${block.thumbnail_url && html`<${Picture} image=${{ image_url: block.thumbnail_url, alt_text: block.alt_text }} small />`}
    <div>
      <a href=${block.title_url ?? block.video_url} target="_blank" rel="noopener noreferrer"><${Icon} name="play"
          size=${15} />${plain(block.title)}</a>
      ${block.description && html`<div class="muted">${plain(block.description)}</div>`}
      ${(block.provider_name || block.author_name) && html`<small
          class="muted">${block.author_name} ${block.provider_name}</small>`}
    </div>
  </div>`;
}

function Card({ block }) {
  return html`<article class="card">
    ${block.hero_image && html`<div class="card-hero"><${Picture} image=${block.hero_image} small /></div>`}
    <div class="card-top">
      ${block.icon && html`<${Picture} image=${block.icon} small />`}
      <div>
        ${block.title && html`<div class="card-title"><${Text} text=${block.title} /></div>`}
        ${block.subtitle && html`<div class="muted"><${Text} text=${block.subtitle} /></div>`}
      </div>
      ${block.slack_icon_button && html`<${Element} block=${block} element=${block.slack_icon_button} />`}
    </div>
    ${block.body && html`<div class="card-body"><${Text} text=${block.body} /></div>`}
    ${block.subtext && html`<small class="muted"><${Text} text=${block.subtext} /></small>`}
    ${block.actions?.length > 0 && html`<div class="actions">${block.actions.map((element) => html`<div class="action"
        key=${element.action_id}>
      <${Element} block=${block} element=${element} /></div>`)}</div>`}
  </article>`;
}

function Carousel({ block }) {
  return html`<div class="carousel" tabindex="0" role="group" aria-label="Cards, side by side">
    ${(block.elements ?? []).map((card) => html`<${Block} key=${card.block_id} block=${card} />`)}
  </div>`;
}

function Container({ block }) {
  const inner = html`<${BlockList} blocks=${block.child_blocks ?? block.blocks ?? []} />`;
  const title = block.rich_text_title
    ? html`<${RichText} elements=${block.rich_text_title.elements} />`
    : block.title && html`<${Text} text=${block.title} />`;
  const heading = title && html`<span class="container-title">${block.icon && html`<${Picture}
      image=${block.icon} small />`}${title}</span>`;
  const subtitle = block.subtitle && html`<div class="muted"><${Text} text=${block.subtitle} /></div>`;
  if (block.is_collapsible) {
    return html`<details class="container"
        open=${!block.default_collapsed}><summary>${heading ?? "More"}</summary>${subtitle}${inner}</details>`;
  }
  return html`<section class="container">${heading && html`<div class="card-title">${heading}</div>`}${subtitle}${inner}</section>`;
}

const TYPES = {
  section: Section, header: Header, divider: () => html`<hr class="divider" />`, context: Context, actions: Actions,
  input: Input, image: Image, rich_text: ({ block }) => html`<${RichText} elements=${block.elements} />`,
  markdown: Markdown, table: Table, data_visualization: Chart, alert: Alert, file: FileCard, video: Video,
  context_actions: Actions, card: Card, carousel: Carousel, container: Container,
};

/** One block of any type. */
export function Block({ block }) {
  const Type = Object.hasOwn(TYPES, block.type) ? TYPES[block.type] : null;
  return html`<div class=${`block block-${Type ? block.type : "unknown"}`}>
    ${Type ? html`<${Type} block=${block} />` : html`<${Unknown} what="block" type=${block.type} />`}
  </div>`;
}

/**
 * Blocks in their order. Inputs are known by their id, which keeps the focus when others come and go; the rest
 * by their place, since ids that the platform makes up change with every update.
 */
export function BlockList({ blocks }) {
  return html`<div class="blocks">${(blocks ?? []).map((block, index) =>
    html`<${Block} key=${`${block.type}-${block.type === "input" ? block.block_id : index}`} block=${block} />`)}</div>`;
}
