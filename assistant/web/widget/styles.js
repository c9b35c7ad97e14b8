/** The widget's style, in pixels: a shop may set any root font size. A constructed sheet needs no CSP exception. */

export const sheet = new CSSStyleSheet();

const DARK = `
  --accent: #7fd1b0; --accent-ink: #0d1c16; --head: #1c5a47; --head-ink: #ffffff; --accent-line: #7fd1b0;
  --surface: #1a211e; --sunk: #232c28; --ink: #e9efec; --muted: #a5b4ac; --line: #36423c; --edge: #7d8d85;
  --human: #242b44; --human-line: #43507f; --human-ink: #b9c5f5; --warn: #f2c078; --warn-bg: #35290f; --bad: #ff9d92;
  --shadow: 0 12px 40px rgb(0 0 0 / .55);
  color-scheme: dark;
`;

sheet.replaceSync(`
:host {
  --accent: #17634c; --accent-ink: #ffffff; --head: #17634c; --head-ink: #ffffff; --accent-line: #17634c;
  --surface: #ffffff; --sunk: #f1f4f2; --ink: #18221e; --muted: #55635c; --line: #d9e0dc; --edge: #7b8981;
  --human: #eef1fb; --human-line: #c5cdec; --human-ink: #35457f; --warn: #8a4b00; --warn-bg: #fdf3e3; --bad: #a8261d;
  --shadow: 0 12px 40px rgb(16 30 24 / .2), 0 2px 8px rgb(16 30 24 / .12);
  --radius: var(--handrail-radius, 18px); --radius-inner: min(var(--radius), 16px); --radius-control: min(var(--radius), 12px);
  --side: max(var(--handrail-side, 20px), env(safe-area-inset-right)); --bottom: max(var(--handrail-bottom, 20px), env(safe-area-inset-bottom));
  position: fixed; inset: auto 0 0 auto; z-index: var(--handrail-layer, 2147483000); display: block; color-scheme: light;
  font: 400 15px/1.5 var(--handrail-font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif);
  color: var(--ink); text-align: start; letter-spacing: normal; word-spacing: normal; text-transform: none; text-indent: 0; -webkit-text-size-adjust: 100%;
}
@media (prefers-color-scheme: dark) { :host(:not([scheme="light"])) { ${DARK} } }
:host([scheme="dark"]) { ${DARK} }
@media (prefers-contrast: more) { :host { --muted: var(--ink) !important; --line: var(--ink) !important; --edge: var(--ink) !important; } }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea, input { font: inherit; color: inherit; margin: 0; }
button { cursor: pointer; -webkit-tap-highlight-color: transparent; }
p, h2, h3, ul, ol, blockquote { margin: 0; }
:focus-visible { outline: 3px solid var(--accent-line); outline-offset: 2px; }
.icon { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; flex: none; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher {
  position: fixed; right: var(--side); bottom: var(--bottom); min-width: 58px; height: 58px; padding: 0; border: 0; border-radius: min(29px, calc(var(--radius) * 2));
  display: flex; align-items: center; justify-content: center; gap: 10px; background: var(--accent); color: var(--accent-ink); box-shadow: var(--shadow);
  transition: transform .15s ease;
}
:host([position="left"]) .launcher { right: auto; left: var(--side); }
.labelled { padding: 0 22px 0 18px; font-weight: 600; font-size: 16px; }
.launcher:hover { transform: translateY(-2px); }
.launcher:focus-visible { outline-offset: 3px; }
.face { display: grid; }
.launcher .icon { width: 27px; height: 27px; }
.badge {
  position: absolute; top: -4px; right: -4px; min-width: 24px; padding: 0 6px; border: 2px solid var(--surface); border-radius: 12px;
  background: #b3261e; color: #fff; font-size: 13px; font-weight: 650; line-height: 20px; text-align: center;
}

.panel {
  position: fixed; inset: auto var(--side) calc(var(--bottom) + 72px) auto; width: min(400px, calc(100vw - 2 * var(--side))); max-width: none;
  height: min(680px, calc(100dvh - var(--bottom) - 96px)); max-height: none;
  margin: 0; padding: 0; border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden;
  background: var(--surface); color: var(--ink); box-shadow: var(--shadow);
}
:host([position="left"]) .panel { right: auto; left: var(--side); }
.panel[open] { display: flex; flex-direction: column; animation: rise .18s ease-out; }
.panel::backdrop { background: transparent; }
.panel:modal { box-shadow: none; }
header { display: flex; align-items: center; justify-content: space-between; gap: 12px; padding: 14px 12px 14px 20px; background: var(--head); color: var(--head-ink); }
header h2 { font-size: 17px; font-weight: 650; line-height: 1.3; }
.subtitle { font-size: 13px; }
.plain { display: grid; place-items: center; width: 44px; height: 44px; padding: 0; border: 0; border-radius: 10px; background: none; }
header .plain:focus-visible { outline-color: var(--head-ink); outline-offset: -3px; }

.scroll { position: relative; flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 18px 16px 22px; display: flex; flex-direction: column; gap: 16px; }
.scroll:focus { outline: none; }
.log { display: flex; flex-direction: column; gap: 18px; }
.below:empty { display: none; }
.message { display: flex; flex-direction: column; gap: 5px; max-width: 90%; align-self: flex-start; min-width: 0; }
.message:has(table) { max-width: 100%; }
.message.customer { align-self: flex-end; align-items: flex-end; }
.message.working:not(:has(> :not([hidden]))) { display: none; }
.who { font-size: 12.5px; color: var(--muted); font-weight: 600; }
.who time { font-weight: 400; margin-inline-start: 8px; }
.bubble { padding: 11px 15px; border-radius: var(--radius-inner); border-end-start-radius: min(var(--radius), 5px); background: var(--sunk); overflow-wrap: anywhere; max-width: 100%; }
.customer .bubble { background: var(--head); color: var(--head-ink); border-radius: var(--radius-inner); border-end-end-radius: min(var(--radius), 5px); }
.human_agent .bubble { background: var(--human); border: 1px solid var(--human-line); }
.human_agent .who { color: var(--human-ink); }
.unsent .bubble { opacity: .88; }
.refused .bubble { opacity: 1; background: none; border: 1px dashed var(--bad); color: var(--ink); }
.refused .as-typed { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.delivery { font-size: 12.5px; color: var(--muted); text-align: end; }
.delivery:empty { display: none; }
.refused .delivery { color: var(--bad); }
.as-typed { white-space: pre-wrap; }
.bubble > * + *, .arriving > * + * { margin-top: 9px; }
.bubble ul, .bubble ol { padding-inline-start: 21px; }
.bubble li + li { margin-top: 4px; }
.bubble a { color: inherit; text-underline-offset: 2px; }
.bubble code { font: 13px ui-monospace, Menlo, Consolas, monospace; }
.table-scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: 13.5px; }
th, td { padding: 5px 14px 5px 0; text-align: start; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: normal; }
th { font-weight: 650; }
.short { white-space: nowrap; }
:is(th, td):last-child { padding-inline-end: 0; }
tbody tr:last-child td { border-bottom: 0; }
.note { display: flex; align-items: center; gap: 12px; font-size: 13px; color: var(--muted); text-align: center; }
.note::before, .note::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
.arriving { animation: appear .25s ease-out; }

.stage { display: flex; align-items: center; gap: 10px; font-size: 14px; color: var(--muted); }
.stage::before, .panel[data-status="waiting_for_human"] .handoff::before {
  content: ""; width: 9px; height: 9px; border-radius: 50%; background: currentColor; flex: none; animation: pulse 1.3s ease-in-out infinite;
}

.sources { scroll-margin-bottom: 20px; font-size: 13.5px; max-width: 100%; }
.sources summary { display: inline-flex; align-items: center; min-height: 28px; color: var(--muted); cursor: pointer; border-radius: 6px; text-decoration: underline dotted; text-underline-offset: 4px; list-style: none; }
.sources summary::-webkit-details-marker { display: none; }
.sources summary::after { content: "▾" / ""; margin-inline-start: 6px; }
.sources[open] summary::after { content: "▴" / ""; }
.sources ul { list-style: none; padding: 0; display: grid; gap: 12px; margin-top: 6px; }
.source-title { font-weight: 600; }
.source-title a { color: var(--ink); text-underline-offset: 3px; }
.source-title .icon { width: 14px; height: 14px; margin-inline-start: 5px; vertical-align: -2px; }
.source-note { color: var(--muted); }
.sources blockquote { margin-top: 6px; padding-inline-start: 11px; border-inline-start: 3px solid var(--line); color: var(--muted); overflow-wrap: anywhere; white-space: pre-line; }

.rating { font-size: 13px; color: var(--muted); width: 100%; }
.rating > p { padding: 6px 0; }
.rating > p:focus { outline: none; }
.thumbs { display: flex; align-items: center; gap: 2px; min-height: 34px; }
.thumbs span { margin-inline-end: 6px; }
.thumbs button { display: grid; place-items: center; width: 34px; height: 34px; padding: 0; border: 0; border-radius: 8px; background: none; }
.thumbs button:hover { background: var(--sunk); color: var(--ink); }
.thumbs .icon { width: 18px; height: 18px; }
.why { display: grid; gap: 8px; padding: 12px 0 4px; scroll-margin-bottom: 20px; }
.why label { display: grid; gap: 4px; font-weight: 600; color: var(--ink); }
.why textarea { padding: 8px 12px; font-size: 16px; font-weight: 400; border: 1px solid var(--edge); border-radius: var(--radius-control); background: var(--surface); resize: none; field-sizing: content; max-height: 120px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; }
.quiet { min-height: 40px; padding: 6px 14px; border: 1px solid var(--edge); border-radius: var(--radius-control); background: none; color: var(--ink); font-size: 14px; font-weight: 600; }
.quiet:hover { background: var(--sunk); }

.card { display: grid; gap: 12px; padding: 16px; border: 1px solid var(--line); border-radius: var(--radius-inner); }
.card h3 { font-size: 15px; font-weight: 650; }
.hint { font-size: 13.5px; color: var(--muted); }
.card h3 + .hint { margin-top: -8px; }
.field { display: grid; gap: 4px; }
.field label { font-size: 13.5px; font-weight: 600; }
.field input { min-height: 44px; padding: 8px 12px; font-size: 16px; border: 1px solid var(--edge); border-radius: var(--radius-control); background: var(--surface); width: 100%; }
.field input[aria-invalid] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad); }
.field input::placeholder, .composer textarea::placeholder { color: var(--muted); opacity: 1; }
.primary { min-height: 44px; border: 0; border-radius: var(--radius-control); background: var(--accent); color: var(--accent-ink); font-weight: 600; }
.primary:disabled { opacity: .6; cursor: default; }
.error { font-size: 13.5px; color: var(--bad); scroll-margin-bottom: 128px; }
.error:empty { display: none; }

.handoff, .notice { padding: 10px 18px; font-size: 13.5px; line-height: 1.4; display: flex; align-items: center; gap: 10px; border-top: 1px solid var(--line); }
:is(.handoff, .notice):empty { padding: 0; border: 0; } /* drawn all the same, or screen readers miss its first words */
.handoff { background: var(--human); color: var(--human-ink); }
.notice { background: var(--warn-bg); color: var(--warn); }
.composer { display: flex; align-items: flex-end; gap: 8px; padding: 12px 12px 6px; border-top: 1px solid var(--line); }
.composer textarea { flex: 1; min-width: 0; min-height: 44px; max-height: 140px; padding: 9px 14px; font-size: 16px; line-height: 1.5; border: 1px solid var(--edge); border-radius: var(--radius-control); background: var(--surface); resize: none; }
.composer textarea:focus-visible { outline-offset: -1px; outline-width: 2px; }
.send { display: grid; place-items: center; width: 44px; height: 44px; flex: none; padding: 0; border: 0; border-radius: var(--radius-control); background: var(--accent); color: var(--accent-ink); }
.small { padding: 0 16px 10px; font-size: 12px; color: var(--muted); }

@keyframes rise { from { opacity: 0; transform: translateY(10px); } }
@keyframes appear { from { opacity: 0; } }
@keyframes pulse { 50% { opacity: .25; } }
@media (max-width: 600px), (max-height: 480px) {
  .panel, :host([position="left"]) .panel { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; }
  header { padding-top: max(10px, env(safe-area-inset-top)); }
  header, .scroll, .handoff, .notice, .composer { padding-inline: max(16px, env(safe-area-inset-left)) max(16px, env(safe-area-inset-right)); }
  header { padding-inline-end: max(8px, env(safe-area-inset-right)); }
  .small { display: none; }
  .composer { padding-bottom: max(12px, env(safe-area-inset-bottom)); }
  .launcher.labelled { padding: 0; }
  .labelled .label { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
}
@media (pointer: coarse) { .thumbs button { width: 44px; height: 44px; } .sources summary, .quiet { min-height: 44px; } }
@media (forced-colors: active) {
  .launcher, .send, .primary, .badge, .bubble { border: 1px solid; }
  .plain, .thumbs button { border: 1px solid transparent; }
  .stage::before, .handoff::before { forced-color-adjust: none; background: CanvasText; }
  :disabled { color: GrayText; }
}
@media (hover: none) { .small { display: none; } .composer { padding-bottom: 12px; } }
@media (prefers-reduced-motion: reduce) { *, *::before, *::after { animation: none !important; transition: none !important; } }
@media print { :host { display: none; } }
`);
