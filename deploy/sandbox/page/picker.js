// A combobox that filters its list as one types, for one choice or for several.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";
import { Icon } from "./icons.js";

let lastId = 0;

/** Where a popup fits beside its field: fixed to the window, so that no scrolling parent clips it. */
export function popupPlace(anchor, { wanted = 300, least = 220 } = {}) {
  const box = anchor.getBoundingClientRect();
  const below = window.innerHeight - box.bottom - 12;
  const above = box.top - 12;
  const up = below < Math.min(wanted, 180) && above > below;
  const width = Math.min(Math.max(box.width, least), window.innerWidth - 16);
  return {
    left: `${Math.max(8, Math.min(box.left, window.innerWidth - width - 8))}px`,
    width: `${width}px`,
    maxHeight: `${Math.min(wanted, up ? above : below)}px`,
    ...(up ? { bottom: `${window.innerHeight - box.top + 4}px` } : { top: `${box.bottom + 4}px` }),
  };
}

/**
 * Choose among `options` ({value, label, description?, group?}).
 * `selected` is a list of values, also for a single choice; `onChange` gets the new list.
 */
export function Picker({ options, selected, onChange, many = false, max = Infinity, clearable = false, placeholder, id,
  label, describedBy, invalid, focusOnLoad }) {
  const [own] = useState(() => `picker-${++lastId}`);
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const [place, setPlace] = useState(null);
  const field = useRef(null);
  const input = useRef(null);
  const list = useRef(null);

  const needle = query.trim().toLowerCase();
  const found = options.filter(({ label, description }) =>
    !needle || `${label} ${description ?? ""}`.toLowerCase().includes(needle));
  const chosen = selected.map((value) => options.find((option) => option.value === value) ?? { value, label: String(value) });
  const full = many && selected.length >= max;

  useLayoutEffect(() => {
    if (!open) return undefined;
    const settle = () => setPlace(popupPlace(field.current));
    settle();
    window.addEventListener("resize", settle);
    window.addEventListener("scroll", settle, true);
    return () => {
      window.removeEventListener("resize", settle);
      window.removeEventListener("scroll", settle, true);
    };
  }, [open, selected.length]);

  useEffect(() => {
    list.current?.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  }, [active, open, place !== null]);

  function show() {
    if (open) return;
    setActive(Math.max(0, many ? 0 : found.findIndex(({ value }) => value === selected[0])));
    setOpen(true);
  }

  function hide() {
    setOpen(false);
    setQuery("");
  }

  function choose(option) {
    if (!option) return;
    if (!many) {
      onChange([option.value]);
      hide();
      return;
    }
    if (selected.includes(option.value)) onChange(selected.filter((value) => value !== option.value));
    else if (!full) onChange([...selected, option.value]);
    setQuery("");
  }

  function onKeyDown(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      if (!open) show();
      else setActive(Math.min(found.length - 1, Math.max(0, active + step)));
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      choose(found[active]);
    } else if (event.key === "Escape" && open) {
      // Only the list closes, not the modal around it.
      event.preventDefault();
      event.stopPropagation();
      hide();
    } else if (event.key === "Backspace" && many && !query && selected.length) {
      onChange(selected.slice(0, -1));
    }
  }

  const shown = open ? query : many ? "" : chosen[0]?.label ?? "";
  let group;

  return html`<div class="picker" onFocusOut=${(event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) hide();
  }}>
    <div class=${`picker-field ${invalid ? "invalid" : ""}`} ref=${field} onMouseDown=${(event) => {
      if (event.target === event.currentTarget) { event.preventDefault(); input.current.focus(); show(); }
    }}>
      ${many && chosen.map((option) => html`<span class="chip" key=${option.value}>${option.label}
        <button type="button" aria-label=${`Remove ${option.label}`} onClick=${() => {
          onChange(selected.filter((value) => value !== option.value));
          input.current.focus();
        }}><${Icon} name="close" size=${13} /></button></span>`)}
      <input ref=${input} id=${id} type="text" role="combobox" autocomplete="off" spellcheck=${false} aria-autocomplete="list"
        aria-expanded=${open} aria-controls=${`${own}-list`} aria-label=${label} aria-describedby=${describedBy}
        aria-invalid=${invalid ? "true" : undefined} autofocus=${focusOnLoad}
        aria-activedescendant=${open && found[active] ? `${own}-${active}` : undefined}
        placeholder=${open && chosen[0] && !many ? chosen[0].label : chosen.length && many ? "" : placeholder}
        value=${shown} onClick=${show} onKeyDown=${onKeyDown}
        onInput=${(event) => { setQuery(event.target.value); setActive(0); setOpen(true); }} />
      ${clearable && !many && selected.length > 0 && html`<button type="button" class="icon-button small" aria-label="Clear"
        onClick=${() => { onChange([]); input.current.focus(); }}><${Icon} name="close" size=${14} /></button>`}
      <span class="picker-arrow" aria-hidden="true" onMouseDown=${(event) => {
        event.preventDefault();
        input.current.focus();
        if (open) hide(); else show();
      }}><${Icon} name="down" size=${16} /></span>
    </div>
    <ul id=${`${own}-list`} ref=${list} class="popup" role="listbox" aria-label=${label ?? placeholder ?? "Options"}
      aria-multiselectable=${many ? "true" : undefined} hidden=${!open || !place} style=${place ?? {}}>
      ${open && found.map((option, index) => {
        const heading = option.group && option.group !== group ? option.group : null;
        group = option.group;
        const isChosen = selected.includes(option.value);
        return [
          heading && html`<li class="popup-heading" role="presentation">${heading}</li>`,
          html`<li id=${`${own}-${index}`} role="option" aria-selected=${isChosen}
            aria-disabled=${full && !isChosen ? "true" : undefined} class=${`option ${index === active ? "active" : ""}`}
            onMouseDown=${(event) => event.preventDefault()} onMouseMove=${() => setActive(index)}
            onClick=${() => choose(option)}>
            <span class="option-text">${option.label}${option.description && html`<small>${option.description}</small>`}</span>
            ${isChosen && html`<${Icon} name="check" size=${16} />`}
          </li>`,
        ];
      })}
      ${open && !found.length && html`<li class="popup-empty" role="presentation">Nothing matches</li>`}
    </ul>
  </div>`;
}
