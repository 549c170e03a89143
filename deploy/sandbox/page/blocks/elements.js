// The interactive elements of blocks: buttons and menus here, the rest by family.

import { html } from "../vendor/htm-preact.js";
import { usePage, useSurface } from "../context.js";
import { Icon } from "../icons.js";
import { Menu } from "../menu.js";
import { IdSelect, OptionList, OptionSelect } from "./choices.js";
import { DateOrTime, DateTime, NumberInput, TextInput } from "./inputs.js";
import { Picture } from "./picture.js";
import { plain, Text } from "./text.js";
import { isStateful, keyOf, property } from "./values.js";

const FAMILIES = {
  plain_text_input: TextInput, email_text_input: TextInput, url_text_input: TextInput, rich_text_input: TextInput,
  number_input: NumberInput, datepicker: DateOrTime, timepicker: DateOrTime, datetimepicker: DateTime,
  static_select: OptionSelect, multi_static_select: OptionSelect,
  users_select: IdSelect, multi_users_select: IdSelect, conversations_select: IdSelect,
  multi_conversations_select: IdSelect, channels_select: IdSelect, multi_channels_select: IdSelect,
  radio_buttons: OptionList, checkboxes: OptionList,
};
const TYPED = new Set([TextInput, NumberInput]);

/** A visible box in place of something this page does not draw. */
export function Unknown({ what, type }) {
  return html`<div class="unknown" role="note"><${Icon} name="box" />
    <span>The sandbox does not draw this ${what}: <code>${type ?? "no type"}</code></span></div>`;
}

function Button({ block, element }) {
  const { act, isBusy } = useSurface();
  const busy = isBusy(block, element);
  const label = html`<${Text} text=${element.text} />`;
  const style = ["primary", "danger"].includes(element.style) ? element.style : "";
  const press = () => act(block, element, element.value === undefined ? {} : { value: element.value });
  if (element.url) {
    // A link that also tells the app, as Slack does. A confirm object holds back the telling only.
    return html`<a class=${`button ${style}`} href=${element.url} target="_blank" rel="noopener noreferrer" onClick=${press}
      aria-label=${element.accessibility_label}>${label}<${Icon} name="external" size=${14} /></a>`;
  }
  return html`<button type="button" class=${`button ${style}`} aria-label=${element.accessibility_label}
    aria-busy=${busy ? "true" : undefined} onClick=${press}>${label}</button>`;
}

function Overflow({ block, element }) {
  const { act, isBusy } = useSurface();
  return html`<${Menu} label="More actions" class="button square" busy=${isBusy(block, element)}
    items=${(element.options ?? []).map((option) => ({
      key: option.value,
      label: html`<${Text} text=${option.text} />`,
      description: option.description && html`<${Text} text=${option.description} />`,
      onChoose: () => {
        if (option.url) window.open(option.url, "_blank", "noopener,noreferrer");
        act(block, element, { selected_option: option });
      },
    }))}><${Icon} name="more" /></${Menu}>`;
}

function FeedbackButtons({ block, element }) {
  const { act, given } = useSurface();
  const chosen = given(block, element)?.value;
  return html`<span class="feedback" role="group" aria-label="Feedback">
    ${[["positive_button", "thumbUp"], ["negative_button", "thumbDown"]].map(([part, icon]) => {
      const button = element[part];
      return button && html`<button type="button" class="quiet-button"
          aria-pressed=${chosen !== undefined && chosen === button.value}
        aria-label=${button.accessibility_label} onClick=${() => act(block, element, { value: button.value })}>
        <${Icon} name=${icon} size=${16} /><${Text} text=${button.text} /></button>`;
    })}
  </span>`;
}

function IconButton({ block, element }) {
  const { act, isBusy } = useSurface();
  const { me } = usePage();
  if (element.visible_to_user_ids?.length && !element.visible_to_user_ids.includes(me.id)) return null;
  return html`<button type="button" class="quiet-button" aria-busy=${isBusy(block, element) ? "true" : undefined}
    aria-label=${element.accessibility_label ?? plain(element.text)} title=${plain(element.text)}
    onClick=${() => act(block, element, element.value === undefined ? {} : { value: element.value })}>
    <${Icon} name=${element.icon === "trash" ? "trash" : "more"} size=${16} /><${Text} text=${element.text} /></button>`;
}

/**
 * Any element, within its block. `field` is what an input block gives its element (ids, label, error);
 * outside of one, every change is told to the app at once.
 */
export function Element({ block, element, field }) {
  const surface = useSurface();
  switch (element.type) {
    case "button": return html`<${Button} block=${block} element=${element} />`;
    case "overflow": return html`<${Overflow} block=${block} element=${element} />`;
    case "feedback_buttons": return html`<${FeedbackButtons} block=${block} element=${element} />`;
    case "icon_button": return html`<${IconButton} block=${block} element=${element} />`;
    case "image": return html`<${Picture} image=${element} small />`;
    default:
  }
  const Family = FAMILIES[element.type];
  if (!Family || !isStateful(element.type)) return html`<${Unknown} what="element" type=${element.type} />`;

  const dispatches = field ? block.dispatch_action === true : true;
  const tell = (value) => surface.act(block, element, { [property(element.type)]: value });
  const typed = TYPED.has(Family);
  const eager = element.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered") ?? false;
  const wanted = {
    label: field ? undefined : plain(element.placeholder) || element.action_id,
    ...field,
    focusOnLoad: element.focus_on_load === true,
    clearable: field?.required === false,
  };
  return html`<${Family} key=${keyOf(block, element)} element=${element} field=${wanted}
      name=${`${surface.id}-${block.block_id}-${element.action_id}`}
    value=${surface.valueOf(block, element)}
    onChange=${async (value) => {
      const before = surface.valueOf(block, element);
      surface.set(block, element, value);
      // A refused confirmation takes the choice back.
      if (dispatches && !typed && !(await tell(value))) surface.set(block, element, before);
    }}
    onDone=${dispatches && typed ? tell : undefined} eager=${dispatches && eager} />`;
}
