// What stateful elements hold, in the shape of Slack's `state.values`, and what a form still lacks.

// For each stateful type: the property its value stands in, and where an initial value is given.
const HOLDS = {
  plain_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  multi_static_select: ["selected_options", "initial_options"],
  users_select: ["selected_user", "initial_user"],
  multi_users_select: ["selected_users", "initial_users"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  channels_select: ["selected_channel", "initial_channel"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  radio_buttons: ["selected_option", "initial_option"],
  checkboxes: ["selected_options", "initial_options"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
};

export const isStateful = (type) => Object.hasOwn(HOLDS, type);
export const property = (type) => HOLDS[type][0];
const isMany = (type) => type.startsWith("multi_") || type === "checkboxes";

/** The value an element starts with: a list where several can be chosen, else null when there is none. */
export function initialValue(element) {
  return element[HOLDS[element.type][1]] ?? (isMany(element.type) ? [] : null);
}

/** The interactive elements of blocks, each with its block. */
function elementsOf(blocks) {
  return (blocks ?? []).flatMap((block) => {
    const inner = [block.element, block.accessory, ...(block.elements ?? []), ...(block.actions ?? [])].filter(Boolean);
    const nested = elementsOf([...(block.blocks ?? []), ...(block.child_blocks ?? []), ...(block.type === "carousel" ? block.elements ?? [] : [])]);
    return [...inner.map((element) => ({ block, element })), ...nested];
  });
}

export const keyOf = (block, element) => `${block.block_id}\u0000${element.action_id}`;

/** `{block_id: {action_id: {type, …}}}` of every stateful element; `touched` holds what the person changed. */
export function collect(blocks, touched) {
  const values = {};
  for (const { block, element } of elementsOf(blocks)) {
    if (!isStateful(element.type)) continue;
    const key = keyOf(block, element);
    const value = touched.has(key) ? touched.get(key) : initialValue(element);
    (values[block.block_id] ??= {})[element.action_id] = { type: element.type, [property(element.type)]: value };
  }
  return values;
}

const isEmpty = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

/** Why a value cannot be sent, in words for below the field, or null. */
function problem({ element, optional }, value) {
  if (isEmpty(value)) return optional ? null : "Please complete this required field.";
  const { type } = element;
  if (type === "plain_text_input") {
    if (element.min_length && value.length < element.min_length) return `Please write at least ${element.min_length} characters.`;
    if (element.max_length && value.length > element.max_length) return `Please write at most ${element.max_length} characters.`;
  }
  if (type === "number_input") {
    if (!/^[+-]?\d+(\.\d+)?$/.test(value)) return "Please enter a number, such as 12 or 3.5.";
    if (!element.is_decimal_allowed && value.includes(".")) return "Please enter a whole number.";
    if (element.min_value !== undefined && Number(value) < Number(element.min_value)) return `Please enter ${element.min_value} or more.`;
    if (element.max_value !== undefined && Number(value) > Number(element.max_value)) return `Please enter ${element.max_value} or less.`;
  }
  if (type === "email_text_input" && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)) return "Please enter an email address, such as name@example.com.";
  if (type === "url_text_input" && !/^https?:\/\/\S+$/i.test(value)) return "Please enter a link that starts with http:// or https://.";
  return null;
}

/** What each input block still lacks: {block_id: words}. */
export function problems(blocks, touched) {
  const found = {};
  for (const block of blocks ?? []) {
    if (block.type !== "input" || !isStateful(block.element.type)) continue;
    const key = keyOf(block, block.element);
    const words = problem(block, touched.has(key) ? touched.get(key) : initialValue(block.element));
    if (words) found[block.block_id] = words;
  }
  return found;
}

/** Plain lines as the rich_text value that Slack would make of them, and back. */
export function toRichText(text) {
  if (!text) return null;
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}
export function fromRichText(value) {
  return (value?.elements ?? []).map((part) =>
    (part.elements ?? []).map((piece) => piece.text ?? piece.url ?? "").join("")).join("\n");
}
