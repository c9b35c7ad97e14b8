/**
 * The one script a shop adds: <script type="module" src="https://SERVICE/widget.js"></script>.
 *
 * It defines <handrail-chat> and adds one to the page unless the page has placed its own. Its attributes and the custom
 * properties that dress it stand in docs/widget.md.
 */

import { HandrailChat } from "./assets/widget/element.js";

customElements.define("handrail-chat", HandrailChat);

if (!document.querySelector("handrail-chat")) document.body.append(document.createElement("handrail-chat"));
