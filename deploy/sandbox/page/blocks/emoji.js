// Emoji by short name. Those the page knows are drawn from its own pictures, so that they look the same
// on every machine, also where no emoji font is installed.

import { html } from "../vendor/htm-preact.js";

const EMOJI = {
  "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", heart: "❤️", tada: "🎉", eyes: "👀", wave: "👋", pray: "🙏",
  clap: "👏", raised_hands: "🙌", muscle: "💪", ok_hand: "👌", point_right: "👉", point_left: "👈", point_down: "👇",
  point_up: "☝️", handshake: "🤝", writing_hand: "✍️", smile: "😄", smiley: "😃", slightly_smiling_face: "🙂",
  blush: "😊", grinning: "😀", joy: "😂", wink: "😉", thinking_face: "🤔", neutral_face: "😐", cry: "😢", sob: "😭",
  worried: "😟", slightly_frowning_face: "🙁", sunglasses: "😎", sweat_smile: "😅", white_check_mark: "✅",
  heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", no_entry: "⛔", warning: "⚠️", rotating_light: "🚨",
  bell: "🔔", no_bell: "🔕", information_source: "ℹ️", question: "❓", exclamation: "❗", bulb: "💡", lock: "🔒",
  unlock: "🔓", key: "🔑", shield: "🛡️", fire: "🔥", sparkles: "✨", star: "⭐", rocket: "🚀", trophy: "🏆", dart: "🎯",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", alarm_clock: "⏰", clock3: "🕒", calendar: "📆",
  date: "📅", spiral_calendar_pad: "🗓️", bar_chart: "📊", chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉", memo: "📝", pencil: "✏️", pencil2: "✏️", clipboard: "📋", inbox_tray: "📥",
  outbox_tray: "📤", email: "✉️", envelope: "✉️", speech_balloon: "💬", thought_balloon: "💭", mag: "🔍",
  link: "🔗", gear: "⚙️", wrench: "🔧", hammer_and_wrench: "🛠️", robot_face: "🤖", bust_in_silhouette: "👤",
  busts_in_silhouette: "👥", house: "🏠", office: "🏢", palm_tree: "🌴", airplane: "✈️",
  coffee: "☕", moneybag: "💰", seedling: "🌱", recycle: "♻️", repeat: "🔁", arrows_counterclockwise: "🔄",
  arrow_up: "⬆️", arrow_down: "⬇️", arrow_right: "➡️", arrow_left: "⬅️", arrow_upper_right: "↗️",
  arrow_lower_right: "↘️", small_red_triangle: "🔺", small_red_triangle_down: "🔻", red_circle: "🔴",
  large_blue_circle: "🔵", large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠",
  white_circle: "⚪", black_circle: "⚫", sunny: "☀️", partly_sunny: "⛅", cloud: "☁️", rain_cloud: "🌧️",
  zzz: "💤", sleeping: "😴", face_with_thermometer: "🤒", herb: "🌿", one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣",
  five: "5️⃣", six: "6️⃣", seven: "7️⃣",
};

const KNOWN = new Set(Object.values(EMOJI));
// Longer ones first: some begin with the character of another.
const TOKEN = new RegExp(`:([a-z0-9_+-]+):|${[...KNOWN].sort((a, b) => b.length - a.length).join("|")}`, "gu");

const codePoints = (character) =>
  [...character].map((each) => each.codePointAt(0).toString(16)).filter((code) => code !== "fe0f").join("-");

function Picture({ character, name }) {
  return html`<img class="emoji" src=${`/page/static/vendor/emoji/${codePoints(character)}.svg`} alt=${character}
      title=${name && `:${name}:`} />`;
}

/** One emoji by its short name, or `:name:` when the page does not know it. */
export function Emoji({ name }) {
  return Object.hasOwn(EMOJI, name) ? html`<${Picture} character=${EMOJI[name]} name=${name} />` : `:${name}:`;
}

/** Text with its short names and emoji characters as pictures. */
export function withEmoji(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, name] = match;
    if (name !== undefined && !Object.hasOwn(EMOJI, name)) continue;
    parts.push(text.slice(from, match.index), html`<${Picture} character=${name ? EMOJI[name] : whole} name=${name} />`);
    from = match.index + whole.length;
  }
  return parts.length ? [...parts, text.slice(from)] : text;
}

/** Text with short names as characters, for attributes and for reading out. */
export const emojiText = (text) =>
  text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => (Object.hasOwn(EMOJI, name) ? EMOJI[name] : whole));
