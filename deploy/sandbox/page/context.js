// What every part of the page may need, handed down without threading it through each component.

import { createContext, useContext } from "./vendor/htm-preact.js";

/**
 * The open client: {workspace, people: Map, me, conversations, session, now(), navigate(), post(), notify(),
 * confirm(), openConversation(), openDirect()}.
 */
export const PageContext = createContext(null);
export const usePage = () => useContext(PageContext);

/** Where blocks stand (a message, a modal or a Home tab), and what happens when they are used. */
export const SurfaceContext = createContext(null);
export const useSurface = () => useContext(SurfaceContext);
