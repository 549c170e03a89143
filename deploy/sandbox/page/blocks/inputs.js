// Elements that one types into: text, numbers, addresses, dates and times.

import { html } from "../vendor/htm-preact.js";
import { usePage } from "../context.js";
import * as time from "../time.js";
import { plain } from "./text.js";
import { fromRichText, toRichText } from "./values.js";

const INPUT_TYPES = { email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time" };

const attributes = (field) => ({
  id: field.id,
  "aria-label": field.label,
  "aria-describedby": field.describedBy,
  "aria-invalid": field.invalid ? "true" : undefined,
  "aria-required": field.required ? "true" : undefined,
  autofocus: field.focusOnLoad,
});

/** Text of one or more lines. `onDone` is called on Enter, or on each character when `eager`. */
export function TextInput({ element, field, value, onChange, onDone, eager }) {
  const rich = element.type === "rich_text_input";
  const text = rich ? fromRichText(value) : value ?? "";
  const take = (event) => {
    const next = event.target.value;
    onChange(rich ? toRichText(next) : next || null);
    if (eager) onDone?.(next || null);
  };
  const shared = {
    ...attributes(field),
    placeholder: plain(element.placeholder),
    value: text,
    onInput: take,
    maxLength: element.max_length,
  };
  const counter = element.max_length && html`<span class=${`counter ${text.length >= element.max_length ? "counter-full" : ""}`}
    aria-hidden="true">${text.length} / ${element.max_length}</span>`;
  if (element.multiline || rich) {
    return html`<div class="text-field"><textarea rows=${4} ...${shared}></textarea>${counter}</div>`;
  }
  return html`<div class="text-field"><input type=${INPUT_TYPES[element.type] ?? "text"} ...${shared}
    onKeyDown=${(event) => {
      if (event.key === "Enter" && onDone && !eager) {
        event.preventDefault();
        onDone(text || null);
      }
    }} />${counter}</div>`;
}

/** A number, kept as text as Slack keeps it: a browser's own number input would hide what is wrong with it. */
export function NumberInput({ element, field, value, onChange, onDone }) {
  return html`<input type="text" inputmode=${element.is_decimal_allowed ? "decimal" : "numeric"} ...${attributes(field)}
      class="short"
    placeholder=${plain(element.placeholder)} value=${value ?? ""} autocomplete="off"
    onInput=${(event) => onChange(event.target.value.trim() || null)}
    onKeyDown=${(event) => {
      if (event.key === "Enter" && onDone) {
        event.preventDefault();
        onDone(value);
      }
    }} />`;
}

/** A date or a time of day. */
export function DateOrTime({ element, field, value, onChange }) {
  return html`<input type=${INPUT_TYPES[element.type]} ...${attributes(field)} class="short" value=${value ?? ""}
    onChange=${(event) => onChange(event.target.value || null)} />`;
}

/** An instant, entered as the reader's own wall clock shows it. */
export function DateTime({ field, value, onChange }) {
  const { me } = usePage();
  return html`<input type="datetime-local" ...${attributes(field)} class="short"
      value=${value ? time.toLocalInput(value, me.tz) : ""}
    onChange=${(event) => onChange(event.target.value ? time.fromLocalInput(event.target.value, me.tz) : null)} />`;
}
