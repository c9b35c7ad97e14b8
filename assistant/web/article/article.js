/** One help article, as its source link opens it. */

import { h } from "../shared/dom.js";
import { markdown } from "../shared/markdown.js";

const main = document.getElementById("main");
const id = location.pathname.split("/").at(-1);

const answer = await fetch(`/v1/articles/${id}`);
if (answer.ok) {
  const article = await answer.json();
  document.title = article.title;
  main.replaceChildren(h("h1", null, article.title), ...sections(article.body));
} else {
  main.replaceChildren(h("h1", null, "This article is not here"), h("p", null, "It may have been replaced or taken down."));
}

/** Headings stand by themselves; what is between them is light Markdown. */
function sections(body) {
  return body.split(/^(#{1,6} .*)$/m).map((part) => {
    const heading = /^#{1,6} (.*)$/.exec(part);
    return heading ? h("h2", null, heading[1]) : markdown(part);
  });
}
