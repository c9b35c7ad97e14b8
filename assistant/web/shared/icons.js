/** Paths for icon(), drawn on a 20 × 20 grid with a 1.6 stroke. */

export const CHAT = "M4 4.5h12a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H9.5L6 17.5v-3H4A1.5 1.5 0 0 1 2.5 13V6A1.5 1.5 0 0 1 4 4.5Z";
export const CLOSE = "M5 5l10 10M15 5L5 15";
export const SEND = "M3 10l14-6.5L12.5 17l-2.7-5.8ZM9.8 11.2L17 3.5";
export const PERSON = "M10 10a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM3.5 17c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5";
export const UP = "M6.5 9v7.5h-3V9ZM6.5 9l3.2-6c1.3 0 2 1 1.8 2.2L11 8h4.7c.9 0 1.5.8 1.3 1.7l-1.3 5.5c-.2.8-.8 1.3-1.6 1.3H6.5";
export const DOWN = "M13.5 11V3.5h3V11ZM13.5 11l-3.2 6c-1.3 0-2-1-1.8-2.2L9 12H4.3C3.4 12 2.8 11.2 3 10.3l1.3-5.5c.2-.8.8-1.3 1.6-1.3h7.6";
export const DOWNWARD = "M4.5 7.5L10 13l5.5-5.5";
export const CHECK = "M4 10.5l4 4 8-9";
export const CROSS = "M5.5 5.5l9 9M14.5 5.5l-9 9";
export const BACK = "M12.5 4.5L7 10l5.5 5.5";
export const OUT = "M8 5.5H4.5v10h10V12M11 4.5h4.5V9M15.3 4.7L9 11";
export const TRUCK = "M2 5h9.5v8.5H2ZM11.5 8h3.8L18 11v2.5h-6.5ZM5.5 16a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2ZM14.5 16a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2Z";
export const RETURN = "M7 4L3.5 7.5 7 11M3.5 7.5H12a4.5 4.5 0 0 1 0 9H7";
export const SHIELD = "M10 2.5l6.5 2.3v4.7c0 4-2.7 6.7-6.5 8-3.8-1.3-6.5-4-6.5-8V4.8ZM7 10l2.2 2.2L13.2 8";
