import { h } from "./dom.js";

const MOST = 3;

/** A sentence at the top of the page, gone after some seconds; read out by screen readers. */
export function toast(sentence, seconds = 5) {
  const box = document.getElementById("toasts");
  for (const old of box.children) if (old.textContent === sentence) old.remove();
  while (box.children.length >= MOST) box.firstChild.remove();
  const item = h("p", { class: "toast" }, sentence);
  box.append(item);
  above(box);
  setTimeout(() => item.remove(), seconds * 1000);
}

/** Over an open dialog too, which is above all else on the page. */
function above(box) {
  if (!box.showPopover || (box.matches(":popover-open") && !document.querySelector("dialog[open]"))) return;
  if (box.matches(":popover-open")) box.hidePopover();
  box.showPopover();
}

/** Tell why a request failed. */
export function fault(error) {
  toast(sentence(error));
}

/** An error as a sentence: the server's own where it sent one. */
export function sentence(error) {
  const words = error?.text ?? error?.message ?? "";
  if (error instanceof TypeError || error?.name === "TimeoutError") return "The server does not answer; check your connection and try again.";
  if (error?.code === "disconnected") return "You are not connected just now; try again in a moment.";
  if (error?.retryAfter) return words.replace("retry_after seconds", `${Math.ceil(error.retryAfter)} s`);
  return /^(HTTP \d+)?$/.test(words) ? "That did not work; try again in a moment." : words;
}
