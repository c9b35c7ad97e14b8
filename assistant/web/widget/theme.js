/** The shop's colours, kept readable: whatever accent it sets, text on it and lines in it have enough contrast. */

const WHITE = [255, 255, 255];
const BLACK = [12, 18, 15];
const SURFACE = { light: WHITE, dark: [26, 33, 30] }; // as --surface in styles.js
const TEXT = 4.5; // WCAG 2.2, 1.4.3
const LINE = 3; // WCAG 2.2, 1.4.11

/** A sheet for the shadow root that follows the properties --handrail-accent and --handrail-accent-ink of `host`. */
export class Theme {
  sheet = new CSSStyleSheet();
  #host;
  #dark = matchMedia("(prefers-color-scheme: dark)");

  constructor(host) {
    this.#host = host;
    this.#dark.addEventListener("change", () => this.refresh());
  }

  /** Read the shop's properties again. */
  refresh() {
    const style = getComputedStyle(this.#host);
    const accent = rgb(style.getPropertyValue("--handrail-accent"));
    if (!accent) return this.sheet.replaceSync("");
    const wished = rgb(style.getPropertyValue("--handrail-accent-ink"));
    const ink = wished && contrast(accent, wished) >= TEXT ? wished : readable(accent);
    const line = contrast(accent, SURFACE[this.#scheme]) >= LINE ? `rgb(${accent})` : "var(--ink)";
    this.sheet.replaceSync(`:host { --accent: rgb(${accent}); --head: rgb(${accent}); --accent-ink: rgb(${ink}); --head-ink: rgb(${ink}); --accent-line: ${line}; }`);
    return undefined;
  }

  get #scheme() {
    const fixed = this.#host.getAttribute("scheme");
    if (fixed === "light" || fixed === "dark") return fixed;
    return this.#dark.matches ? "dark" : "light";
  }
}

const readable = (ground) => (contrast(ground, WHITE) >= contrast(ground, BLACK) ? WHITE : BLACK);

/** Any CSS colour as [red, green, blue]; null where it is none. Transparency is read as if on white. */
function rgb(colour) {
  const text = colour.trim();
  if (!CSS.supports("color", text)) return null;
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  for (const layer of ["#ffffff", text]) {
    pen.fillStyle = layer;
    pen.fillRect(0, 0, 1, 1);
  }
  return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

/** The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance). */
function contrast(a, b) {
  const [dim, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dim + 0.05);
}

function luminance(colour) {
  const [red, green, blue] = colour.map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
