// Modal dialogs on the browser's own <dialog>: it makes the rest inert and gives focus back when it closes.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";
import { Icon } from "./icons.js";

const FOCUSABLE =
  'a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex="-1"])';

/** What Tab can reach inside an element, in order. */
export function focusable(root) {
  return [...root.querySelectorAll(FOCUSABLE)].filter(
    (element) => !element.disabled && element.tabIndex >= 0 && element.getClientRects().length > 0,
  );
}

/**
 * A modal dialog around its children. `label` names it; `onCancel` is called on Escape and, when
 * `light` is set, on a click outside.
 */
export function Dialog({ label, labelledBy, describedBy, class: name = "", light = false, onCancel, role, children }) {
  const ref = useRef(null);

  useLayoutEffect(() => {
    const dialog = ref.current;
    const opener = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      // The opener may have been redrawn meanwhile; then focus goes where writing continues.
      if (!opener?.isConnected) document.querySelector("[data-home-focus]")?.focus();
    };
  }, []);

  function onKeyDown(event) {
    if (event.key === "Escape" && !event.defaultPrevented) {
      // Handled here and not on "cancel", which browsers fire only once without a click in between.
      event.preventDefault();
      event.stopPropagation();
      onCancel();
    }
    if (event.key === "Tab") {
      const reach = focusable(ref.current);
      const edge = event.shiftKey ? reach[0] : reach.at(-1);
      const other = event.shiftKey ? reach.at(-1) : reach[0];
      if (!reach.length || document.activeElement === edge) {
        event.preventDefault();
        other?.focus();
      }
    }
  }

  return html`<dialog ref=${ref} class=${`dialog ${name}`} aria-label=${label} aria-labelledby=${labelledBy}
    aria-describedby=${describedBy} role=${role} onKeyDown=${onKeyDown}
    onCancel=${(event) => event.preventDefault()}
    onMouseDown=${(event) => { if (light && event.target === ref.current) onCancel(); }}>
    ${children}
  </dialog>`;
}

/** A Block Kit confirm object as a question; `onAnswer(bool)`. */
export function ConfirmDialog({ confirm, onAnswer }) {
  const danger = confirm.style === "danger";
  return html`<${Dialog} class="confirm" role="alertdialog" labelledBy="confirm-title" describedBy="confirm-text"
    onCancel=${() => onAnswer(false)}>
    <h2 id="confirm-title">${confirm.title?.text ?? "Are you sure?"}</h2>
    <p id="confirm-text">${confirm.text?.text}</p>
    <div class="dialog-buttons">
      <button type="button" class="button" onClick=${() => onAnswer(false)}>${confirm.deny?.text ?? "Cancel"}</button>
      <button type="button" class=${`button ${danger ? "danger" : "primary"}`} autofocus
        onClick=${() => onAnswer(true)}>${confirm.confirm?.text ?? "Yes"}</button>
    </div>
  </${Dialog}>`;
}

/** Short messages that take no focus; each goes by itself unless the pointer or focus rests on it. */
export function Notices({ notices, dismiss }) {
  return html`<div class="notices" role="status" aria-live="polite">
    ${notices.map((notice) => html`<${Notice} key=${notice.id} notice=${notice} dismiss=${dismiss} />`)}
  </div>`;
}

function Notice({ notice, dismiss }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismiss(notice.id), 8_000);
    return () => clearTimeout(timer);
  }, [held]);
  return html`<div class="notice" onMouseEnter=${() => setHeld(true)} onMouseLeave=${() => setHeld(false)}
    onFocusIn=${() => setHeld(true)} onFocusOut=${() => setHeld(false)}>
    <${Icon} name="warning" /><span>${notice.text}</span>
    <button type="button" class="icon-button" aria-label="Dismiss this notice" onClick=${() => dismiss(notice.id)}>
      <${Icon} name="close" size=${16} />
    </button>
  </div>`;
}
