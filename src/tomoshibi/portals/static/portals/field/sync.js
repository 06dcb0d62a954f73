// Sending what waits: one after the other, each under its own key, so that an answer that was lost does no harm.

import * as store from "./store.js";

const csrf = () => document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";

export async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST", body, redirect: "manual", credentials: "same-origin", headers: { "X-CSRFToken": csrf() },
  });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) throw new SignedOut();
  return answer;
}

export class SignedOut extends Error {}

// -> "sent" | "offline" | "signedOut" | "busy"; `changed()` after each entry that the server has taken.
export function sendAll(url, person, changed) {
  // A second tab of the page does not send the same entries at the same time.
  return navigator.locks.request("field-send", { ifAvailable: true }, async (lock) => {
    if (!lock) return "busy";
    for (const entry of (await store.entries()).filter((one) => !one.state && one.person === person)) {
      let answer;
      try {
        answer = await post(url, bodyOf(entry));
      } catch (problem) {
        return problem instanceof SignedOut ? "signedOut" : "offline";
      }
      if (answer.status >= 500) return "offline";
      const said = await answer.json().catch(() => ({ state: "lost", sentence: `HTTP ${answer.status}` }));
      await store.settle(entry, said);
      await changed();
    }
    return "sent";
  });
}

function bodyOf(entry) {
  const body = new FormData();
  body.set("key", entry.key);
  body.set("ticket_id", entry.ticket_id);
  body.set("payload", JSON.stringify(entry.payload));
  entry.photos.forEach((photo, n) => body.append("photos", photo, `${n + 1}.jpg`));
  return body;
}
