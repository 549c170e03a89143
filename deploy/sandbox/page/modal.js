// The app's modals: a stack of which the top view is shown.

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { Surface, useSurfaceState } from "./blocks/surface.js";
import { plain } from "./blocks/text.js";
import { collect, problems } from "./blocks/values.js";
import { usePage } from "./context.js";
import { Dialog, focusable, Notices } from "./dialog.js";
import { Icon } from "./icons.js";

/** The stack of open views. The dialog stays while views come and go within it. */
export function Modals({ views, notices, dismiss }) {
  if (!views.length) return null;
  return html`<${OpenModals} views=${views} notices=${notices} dismiss=${dismiss} />`;
}

function OpenModals({ views, notices, dismiss }) {
  const { post } = usePage();
  const top = views.at(-1);
  const close = (clear) => post(`/view/${encodeURIComponent(top.id)}/close`, clear ? { clear: true } : {});
  return html`<${Dialog} class="modal" labelledBy="modal-title" onCancel=${() => close(false)}>
    ${views.map((view, index) => html`<${View} key=${view.id} view=${view} isTop=${index === views.length - 1} depth=${index}
        close=${close} />`)}
    <${Notices} notices=${notices} dismiss=${dismiss} />
  </${Dialog}>`;
}

/** One view. Those below the top stay in place, hidden, so that what was entered is there on the way back. */
function View({ view, isTop, depth, close }) {
  const { post } = usePage();
  const [errors, setErrors] = useState({});
  const [sending, setSending] = useState(false);
  const form = useRef(null);
  const surface = useSurfaceState({ type: "view", view_id: view.id }, view.blocks, errors);

  useEffect(() => {
    if (!isTop) return;
    const body = form.current.querySelector(".modal-body");
    const first = form.current.querySelector("[autofocus]") ?? focusable(body)[0] ?? focusable(form.current)[0];
    first?.focus();
  }, [isTop]);

  useEffect(() => {
    // The first field with an error gets the focus; its description then reads the error out.
    if (!Object.keys(errors).length) return;
    const field = form.current.querySelector(".has-error");
    field?.scrollIntoView({ block: "center" });
    if (field) focusable(field)[0]?.focus();
  }, [errors]);

  async function submit(event) {
    event.preventDefault();
    if (sending || !view.submit) return;
    const missing = problems(view.blocks, surface.touched);
    setErrors(missing);
    if (Object.keys(missing).length) return;
    setSending(true);
    const answer = await post(`/view/${encodeURIComponent(view.id)}/submit`, { values: collect(view.blocks, surface.touched) });
    setSending(false);
    if (answer.ack?.response_action === "errors") setErrors(answer.ack.errors);
  }

  return html`<form ref=${form} class="modal-view" hidden=${!isTop} noValidate onSubmit=${submit}
      aria-busy=${sending ? "true" : undefined}>
    <header class="modal-head">
      ${depth > 0 && html`<button type="button" class="icon-button" aria-label="Back" onClick=${() => close(false)}><${Icon}
          name="back" /></button>`}
      <h2 id=${isTop ? "modal-title" : undefined}>${plain(view.title)}</h2>
      <button type="button" class="icon-button" aria-label=${depth > 0 ? "Close all" : "Close"}
          onClick=${() => close(depth > 0)}><${Icon} name="close" /></button>
    </header>
    <div class="modal-body"><${Surface} surface=${surface} blocks=${view.blocks} /></div>
    ${(view.submit || view.close) && html`<footer class="modal-foot">
      <button type="button" class="button"
          onClick=${() => close(false)}>${plain(view.close) || (view.submit ? "Cancel" : "Close")}</button>
      ${view.submit && html`<button type="submit" class="button primary"
          aria-busy=${sending ? "true" : undefined}>${plain(view.submit)}</button>`}
    </footer>`}
  </form>`;
}
