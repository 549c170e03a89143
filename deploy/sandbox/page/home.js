// The app's Home tab.

import { html, useEffect } from "./vendor/htm-preact.js";
import { LiveBlocks } from "./blocks/surface.js";
import { usePage } from "./context.js";
import { Icon } from "./icons.js";

export function Home() {
  const { session, workspace, me, post } = usePage();
  // The app hears of every opening, and may only then publish what it shows.
  useEffect(() => { post("/home/open", {}); }, [me.id]);

  if (!session.home) {
    return html`<div class="empty"><${Icon} name="home" size=${40} />
      <h2>Nothing here yet</h2><p>${workspace.app.name} has not published a Home tab for you.</p></div>`;
  }
  return html`<div class="home" tabindex="0" role="region" aria-label=${`Home tab of ${workspace.app.name}`}>
    <div class="home-page"><${LiveBlocks} container=${{ type: "home" }} blocks=${session.home.blocks} /></div>
  </div>`;
}
