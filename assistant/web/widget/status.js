/** Who is to speak next, in words: the line under the title and the note above the composer. */

import { hour, moment } from "../shared/format.js";

const LINES = {
  with_assistant: "AI assistant",
  waiting_for_human: "Waiting for a person of our team",
  with_human: "A person of our team",
  resolved: "Closed",
};

/** The line under the title. */
export const statusLine = (status) => LINES[status] ?? LINES.with_assistant;

/** The note for `status`, or "". `support`: {open, changes_at} or null where the shop names no hours. */
export function statusNote(status, support) {
  if (status === "waiting_for_human") return `A person is taking over. ${hours(support)}You can close the chat; keep this tab open, and the reply will appear here.`;
  if (status === "with_human") return "You are talking with a person from our team.";
  if (status === "resolved") return "This conversation is closed. Write again if something is still open.";
  return "";
}

function hours(support) {
  if (!support?.changes_at) return "";
  return support.open ? `Our team is here until ${hour(support.changes_at)}. ` : `Our team is back ${moment(support.changes_at)}. `;
}
