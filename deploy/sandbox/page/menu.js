// A button that opens a menu; arrow keys move, Escape closes and gives focus back.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";
import { popupPlace } from "./picker.js";

/** `items` are {key, label, description?, onChoose}; `children` is what the button shows. */
export function Menu({ label, class: name, items, busy, wide = true, describe, children }) {
  const [open, setOpen] = useState(false);
  const [place, setPlace] = useState(null);
  const root = useRef(null);
  const button = useRef(null);

  useLayoutEffect(() => {
    if (open) setPlace(popupPlace(button.current, { least: wide ? 220 : items.length * 38 + 14 }));
  }, [open]);
  useEffect(() => {
    if (open && place) root.current.querySelector('[role="menuitem"]')?.focus();
  }, [open, place]);

  function close() {
    setOpen(false);
    button.current.focus();
  }

  function onKeyDown(event) {
    if (!open) return;
    const all = [...root.current.querySelectorAll('[role="menuitem"]')];
    const at = all.indexOf(document.activeElement);
    const next = {
      ArrowDown: (at + 1) % all.length, ArrowRight: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length, ArrowLeft: (at - 1 + all.length) % all.length,
      Home: 0, End: all.length - 1,
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      all[next].focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  }

  return html`<span class="menu" ref=${root} onKeyDown=${onKeyDown} onFocusOut=${(event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  }}>
    <button type="button" ref=${button} class=${name} aria-label=${label} title=${label} aria-haspopup="menu" aria-expanded=${open}
      aria-busy=${busy ? "true" : undefined} onClick=${() => setOpen(!open)}>${children}</button>
    ${open && html`<div class=${`popup ${wide ? "" : "menu-row"}`} role="menu" aria-label=${describe ?? label} style=${place ?? {}}>
      ${items.map((item) => html`<button type="button" role="menuitem" class="option" tabindex="-1" key=${item.key}
        aria-label=${item.name} title=${item.name} onClick=${() => { close(); item.onChoose(); }}>
        <span class="option-text">${item.label}${item.description && html`<small>${item.description}</small>`}</span>
      </button>`)}
    </div>`}
  </span>`;
}
