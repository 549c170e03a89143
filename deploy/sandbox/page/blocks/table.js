// table blocks. Their first row names the columns.

import { html } from "../vendor/htm-preact.js";
import { RichText } from "./rich_text.js";

function cell(content) {
  if (content?.type === "rich_text") return html`<${RichText} elements=${content.elements} />`;
  return content?.text ?? content?.value ?? "";
}

export function Table({ block }) {
  const [head = [], ...body] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const props = (column) => ({
    style: { textAlign: settings[column]?.align ?? "left" },
    class: settings[column]?.is_wrapped ? "wrapped" : "",
  });
  // Wide tables scroll within themselves; the tab stop is how a keyboard scrolls them.
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Table">
    <table>
      <thead><tr>${head.map((content, column) => html`<th scope="col" ...${props(column)}>${cell(content)}</th>`)}</tr></thead>
      <tbody>${body.map((row) => html`<tr>${row.map((content, column) =>
        html`<td ...${props(column)}>${cell(content)}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}
