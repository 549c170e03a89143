// The page's own line icons, drawn on a 20 by 20 grid. Decorative: the control around them carries the name.

import { html } from "./vendor/htm-preact.js";

const PATHS = {
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h14M2.5 12.5h14",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  home: "M3 9.5 10 3.5l7 6M5 8.5V16.5h3.5v-4.5h3v4.5H15V8.5",
  chat: "M3 6.5A2.5 2.5 0 0 1 5.5 4h9A2.5 2.5 0 0 1 17 6.5v5a2.5 2.5 0 0 1-2.5 2.5H9.5L5.5 17v-3A2.5 2.5 0 0 1 3 11.5z",
  app: "M4 4h5v5H4zM11 11h5v5h-5zM4 11h5v5H4zM13.5 3.5 17 6.5 13.5 9.5 10.5 6.5z",
  plus: "M10 4v12M4 10h12",
  close: "M5 5l10 10M15 5 5 15",
  menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
  back: "M12.5 4.5 7 10l5.5 5.5",
  down: "M5 8l5 5 5-5",
  arrowDown: "M10 4v12M5 11l5 5 5-5",
  search: "M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM13 13l4 4",
  send: "M3.5 10 3 4l14 6-14 6 .5-6zM3.5 10H10",
  thread: "M3 5.5A1.5 1.5 0 0 1 4.5 4h11A1.5 1.5 0 0 1 17 5.5v7a1.5 1.5 0 0 1-1.5 1.5H9l-4 3v-3h-.5A1.5 1.5 0 0 1 3 12.5zM6.5 7.7h7M6.5 10.5h4.5",
  react: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM7 11.5c.7 1.3 1.7 2 3 2s2.3-.7 3-2M7.7 8v.3M12.3 8v.3",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5zM10 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  info: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 9.2V14M10 6.3v.2",
  warning: "M10 3.5 17.5 16.5H2.5zM10 8.5v3.7M10 14.2v.1",
  error: "M7 3h6l4 4v6l-4 4H7l-4-4V7zM10 6.5v4.5M10 13.3v.2",
  success: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM6.8 10.3l2.2 2.2 4.2-4.5",
  check: "M4 10.5l4 4 8-9",
  file: "M5 3h6.5L15 6.5V17H5zM11.5 3v3.5H15",
  play: "M6 4l10 6-10 6z",
  table: "M3 4.5h14v11H3zM3 8.5h14M8 4.5v11",
  chart: "M4 3.5V16.5h13M7 13l3-4 2.5 2.5L16.5 6.5",
  external: "M11 4h5v5M16 4l-7 7M14 11.5V16H4V6h4.5",
  thumbUp: "M6.5 9v7.5M6.5 9 9.5 3.5c1.2 0 2 .8 1.7 2.3L10.7 8h4.5c1 0 1.6.9 1.3 1.8l-1.5 5.4c-.2.8-.8 1.3-1.6 1.3H3.5V9z",
  thumbDown: "M6.5 11V3.5M6.5 11l3 5.5c1.2 0 2-.8 1.7-2.3L10.7 12h4.5c1 0 1.6-.9 1.3-1.8L15 4.8c-.2-.8-.8-1.3-1.6-1.3H3.5V11z",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6M8.5 9v4.5M11.5 9v4.5",
  box: "M10 3l6.5 3.5v7L10 17l-6.5-3.5v-7zM3.5 6.5 10 10l6.5-3.5M10 10v7",
  moon: "M15.5 12.5A6.5 6.5 0 0 1 7.5 4.5a6.5 6.5 0 1 0 8 8z",
};

/** One icon by name; `size` is its width and height in pixels. */
export function Icon({ name, size = 18 }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"
      stroke-linejoin="round" />
  </svg>`;
}

/** The sandbox's own mark: a speech bubble on a rounded square. */
export function Mark({ size = 32 }) {
  return html`<img src="/page/static/icon.svg" width=${size} height=${size} alt="" />`;
}
