// Pictures of blocks and files, from the sandbox's own files or wherever the app says.

import { html, useState } from "../vendor/htm-preact.js";
import { Dialog } from "../dialog.js";
import { Icon } from "../icons.js";

/** Where an image block, image element or slack_file points. */
function addressOf(image) {
  if (image.image_url) return image.image_url;
  const file = image.slack_file ?? {};
  return file.url ?? (file.id ? `/files/${encodeURIComponent(file.id)}/picture` : "");
}

/** One picture with its alt text. A large one opens in full when pressed; a small one stands beside text. */
export function Picture({ image, small = false, name }) {
  const [failed, setFailed] = useState(false);
  const [large, setLarge] = useState(false);
  const src = addressOf(image);
  const alt = image.alt_text ?? "";
  if (failed || !src) {
    return html`<span class="picture-missing"><${Icon} name="file" />${alt || "A picture that cannot be loaded"}</span>`;
  }
  const picture = html`<img class=${small ? "picture-small" : "picture"} src=${src} alt=${alt} onError=${() => setFailed(true)} />`;
  if (small) return picture;
  return html`<span class="picture-frame">
    <button type="button" class="picture-button" onClick=${() => setLarge(true)}
        aria-label=${`Enlarge: ${alt || name || "picture"}`}>${picture}</button>
    ${large && html`<${Dialog} label=${alt || name || "Picture"} class="lightbox" light onCancel=${() => setLarge(false)}>
      <button type="button" class="icon-button" aria-label="Close" onClick=${() => setLarge(false)}><${Icon}
          name="close" /></button>
      <img src=${src} alt=${alt} />
      ${alt && html`<p>${alt}</p>`}
    </${Dialog}>`}
  </span>`;
}
