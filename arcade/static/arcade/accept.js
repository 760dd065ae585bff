import { announce, h, show, text } from "./dom.js";
import { fault } from "./toast.js";
import { modeTitle, title } from "./words.js";

/** The dialog that asks whether he takes the match found. Escape is no answer: the time runs on. */
export function proposal(app) {
  let dialog = null;
  let claim = null;
  let ends = 0;
  let ticking = 0;
  let parts = {};

  const answered = (answer) => answer.catch(fault);

  function open(queue) {
    const role = queue.asked.role ? `. You would play: ${title(queue.asked.role)}` : "";
    const what = h("p", { class: "quiet" }, `${app.title(queue.game)}, ${modeTitle(queue.mode).toLowerCase()}${role}`);
    const bar = h("progress", { max: "1", value: "1", "aria-hidden": "true" });
    const left = h("p", { class: "num", role: "timer" }, "");
    const others = h("p", { class: "quiet small", "aria-live": "polite" }, "");
    const take = h("button", { class: "primary", type: "button", autofocus: true, onclick: () => answered(app.lobby.acceptMatch(claim)) }, "Accept");
    const not = h("button", { type: "button", onclick: () => answered(app.lobby.declineMatch(claim)) }, "Decline");
    dialog = h(
      "dialog",
      { class: "proposal", "aria-labelledby": "proposal" },
      h("h2", { id: "proposal" }, "A match is found"),
      what,
      bar,
      left,
      others,
      h("form", { method: "dialog" }, not, take),
    );
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    parts = { bar, left, others, take, seconds: queue.asked.seconds };
    document.body.append(dialog);
    dialog.showModal();
    ticking = setInterval(tick, 200);
    announce("A match is found. Accept it or decline it.");
  }

  function tick() {
    const seconds = Math.max(0, (ends - performance.now()) / 1000);
    parts.bar.value = parts.seconds ? seconds / parts.seconds : 0;
    text(parts.left, `${Math.ceil(seconds)} s left`);
  }

  function close() {
    clearInterval(ticking);
    dialog?.close();
    dialog?.remove();
    dialog = claim = null;
  }

  /** Show what `Queue` proposes, or nothing. */
  function update(queue) {
    const asked = queue.game ? queue.asked : null;
    if (!asked || asked.claim !== claim) close();
    if (!asked) return;
    claim = asked.claim;
    ends = performance.now() + asked.seconds * 1000;
    if (!dialog) open(queue);
    show(parts.take, !asked.mine);
    text(parts.others, asked.mine ? `You are ready. ${asked.accepted} of ${asked.players} have accepted.` : `${asked.accepted} of ${asked.players} have accepted.`);
    tick();
  }

  return { update };
}
