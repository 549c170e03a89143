// What stands around blocks: the values people enter, and the actions they send to the app.

import { html, useRef, useState } from "../vendor/htm-preact.js";
import { SurfaceContext, usePage } from "../context.js";
import { BlockList } from "./layout.js";
import { collect, initialValue, keyOf } from "./values.js";

let lastId = 0;

/**
 * The state of one surface. `container` is how the server names it. What a person has changed is kept by
 * block and action id, so that it outlives an update of the view, as in Slack.
 */
export function useSurfaceState(container, blocks, errors = {}) {
  const { post, confirm } = usePage();
  const [id] = useState(() => `surface-${++lastId}`);
  const touched = useRef(new Map());
  const answered = useRef(new Map());
  const [busy, setBusy] = useState(new Set());
  const [, redraw] = useState(0);

  return {
    id,
    // A Home tab stands right under the page's heading; messages and modals have one of their own between.
    headingLevel: container.type === "home" ? 2 : 3,
    errors,
    touched: touched.current,
    isBusy: (block, element) => busy.has(keyOf(block, element)),
    given: (block, element) => answered.current.get(keyOf(block, element)),
    valueOf(block, element) {
      const key = keyOf(block, element);
      return touched.current.has(key) ? touched.current.get(key) : initialValue(element);
    },
    set(block, element, value) {
      touched.current.set(keyOf(block, element), value);
      redraw((count) => count + 1);
    },
    /** Tell the app; false when the person thought better of it. */
    async act(block, element, value) {
      const key = keyOf(block, element);
      if (busy.has(key)) return false;
      if (element.confirm && !(await confirm(element.confirm))) return false;
      setBusy((now) => new Set(now).add(key));
      answered.current.set(key, value);
      await post("/action", {
        container, block_id: block.block_id, action_id: element.action_id, value, state: collect(blocks, touched.current),
      });
      setBusy((now) => { const left = new Set(now); left.delete(key); return left; });
      return true;
    },
  };
}

/** Blocks on a surface whose state its owner keeps. */
export function Surface({ surface, blocks }) {
  return html`<${SurfaceContext.Provider} value=${surface}><${BlockList} blocks=${blocks} /></${SurfaceContext.Provider}>`;
}

/** Blocks of a message or a Home tab, which keep their state themselves. */
export function LiveBlocks({ container, blocks }) {
  const surface = useSurfaceState(container, blocks);
  return html`<${Surface} surface=${surface} blocks=${blocks} />`;
}
