// Elements that choose: selects of options, people and conversations, radio buttons and checkboxes.

import { html } from "../vendor/htm-preact.js";
import { usePage } from "../context.js";
import { Picker } from "../picker.js";
import { plain, Text } from "./text.js";

const withGroups = (element) => element.option_groups
  ? element.option_groups.flatMap((group) => group.options.map((option) => ({ option, group: plain(group.label) })))
  : (element.options ?? []).map((option) => ({ option }));

/** Select menus of the app's own options. */
export function OptionSelect({ element, field, value, onChange }) {
  const many = element.type.startsWith("multi_");
  const all = withGroups(element);
  const selected = (many ? value : [value].filter(Boolean)).map((option) => option.value);
  return html`<${Picker} ...${field} many=${many} max=${element.max_selected_items}
      placeholder=${plain(element.placeholder) || "Choose an option"}
    options=${all.map(({ option, group }) => ({
      value: option.value, label: plain(option.text), description: plain(option.description), group,
    }))}
    selected=${selected}
    onChange=${(values) => {
      const options = values.map((wanted) => all.find(({ option }) => option.value === wanted).option);
      onChange(many ? options : options[0] ?? null);
    }} />`;
}

/** Select menus of people, channels or conversations, whose values are ids. */
export function IdSelect({ element, field, value, onChange }) {
  const { people, conversations, me } = usePage();
  const many = element.type.startsWith("multi_");
  // Channel menus offer public channels; conversation menus what their filter lets in.
  const included = element.type.includes("channels") ? ["public"] : element.filter?.include ?? ["public", "private", "im"];
  const kinds = included.map((kind) => (kind === "public" ? "channel" : kind));
  const options = element.type.includes("users")
    ? [...people.values()].filter((person) => !person.deleted).map((person) => ({
      value: person.id, label: person.real_name || person.name,
      description: person.id === me.id ? "you" : person.title,
    }))
    : conversations
      .filter(({ kind, other }) => kinds.includes(kind) && !(element.filter?.exclude_bot_users && people.get(other)?.is_bot))
      .map(({ id, kind, name, other }) => ({
        value: id,
        label: kind === "im" ? people.get(other)?.real_name ?? name : `#${name}`,
        description: { im: "Direct message", private: "Private channel" }[kind],
      }));
  const what = element.type.includes("users") ? "person" : element.type.includes("channels") ? "channel" : "conversation";
  return html`<${Picker} ...${field} many=${many} max=${element.max_selected_items} options=${options}
    placeholder=${plain(element.placeholder) || `Choose a ${what}`}
    selected=${many ? value : [value].filter(Boolean)}
    onChange=${(values) => onChange(many ? values : values[0] ?? null)} />`;
}

/** Radio buttons and checkboxes: native inputs, so that keys and announcements are the browser's own. */
export function OptionList({ element, field, value, onChange, name }) {
  const many = element.type === "checkboxes";
  const isChosen = (option) => (many ? value.some((chosen) => chosen.value === option.value) : value?.value === option.value);
  const toggle = (option) => {
    if (!many) onChange(option);
    // Slack keeps the order in which the options stand.
    else onChange(element.options.filter((each) => (each.value === option.value) !== isChosen(each)));
  };
  return html`<div class="option-list" role=${many ? "group" : "radiogroup"} aria-labelledby=${field.labelledBy}
      aria-label=${field.label}
    aria-describedby=${field.describedBy} aria-invalid=${field.invalid ? "true" : undefined}>
    ${(element.options ?? []).map((option, index) => html`<label class="choice" key=${option.value}>
      <input type=${many ? "checkbox" : "radio"} name=${name} checked=${isChosen(option)}
          autofocus=${field.focusOnLoad && index === 0}
        onChange=${() => toggle(option)} />
      <span class="choice-text"><${Text} text=${option.text} />${option.description
        && html`<small><${Text} text=${option.description} /></small>`}</span>
    </label>`)}
  </div>`;
}
