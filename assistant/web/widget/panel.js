/** The chat's window: a dialog beside the page, and one that fills a small screen. */

const SMALL = matchMedia("(max-width: 600px), (max-height: 480px)"); // as in styles.js

/** Whether the chat fills the screen. */
export const fillsScreen = () => SMALL.matches;

/** Open `panel`; where it fills the screen the page behind it is out of reach. */
export function openPanel(panel) {
  if (panel.open) return;
  if (SMALL.matches) panel.showModal();
  else panel.show();
  fit(panel);
}

/** Keep an open `panel` right while the screen changes: turned, resized, or halved by an on-screen keyboard. */
export function followScreen(panel) {
  SMALL.addEventListener("change", () => {
    if (!panel.open) return;
    const focused = panel.getRootNode().activeElement;
    panel.close(); // its close event comes later, when it is open again
    openPanel(panel);
    focused?.focus({ preventScroll: true });
  });
  for (const change of ["resize", "scroll"]) visualViewport.addEventListener(change, () => fit(panel));
}

/** A keyboard covers the page without making it smaller on some phones; what is left is the visual viewport. */
function fit(panel) {
  const covered = SMALL.matches && visualViewport.scale === 1 && visualViewport.height < innerHeight - 1;
  panel.style.height = covered ? `${visualViewport.height}px` : "";
  panel.style.top = covered ? `${visualViewport.offsetTop}px` : "";
}
