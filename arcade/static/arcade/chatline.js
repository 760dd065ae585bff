import { h } from "./dom.js";
import { icon } from "./icons.js";
import { fault, toast } from "./toast.js";

const REASONS = { insult: "Insults or threats", spam: "Spam", cheating: "Cheating", other: "Something else" };
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** One line; another player's has a menu: talk to him, hear him no more, report it. */
export function lineOf(app, channel, line) {
  const mine = line.player === app.store.player?.id;
  const more =
    !mine &&
    h("button", { class: "plain more", "aria-label": `About ${line.name}'s line`, "aria-haspopup": "menu", "aria-expanded": "false", onclick: menu }, icon("dots"));
  const item = h(
    "li",
    { class: mine ? "line mine" : "line", "data-key": `${channel} ${line.seq}` },
    h("p", { class: "said" }, h("strong", {}, line.name), h("time", { class: "quiet small", datetime: new Date(line.at).toISOString() }, clock.format(line.at)), more),
    h("p", { class: "words" }, line.text),
  );

  let open = null;

  function menu() {
    if (open) return shut();
    const act = (label, run) => h("button", { role: "menuitem", class: "plain", onclick: () => { shut(); run(); } }, label);
    const direct = channel === `direct/${line.player}`;
    const list = h(
      "div",
      { class: "linemenu", role: "menu", "aria-label": `About ${line.name}'s line` },
      !direct && act(`Talk to ${line.name}`, () => app.talk(line.player, line.name)),
      act(`Mute ${line.name}`, mute),
      act("Report to staff…", report),
    );
    list.addEventListener("keydown", (event) => {
      const items = [...list.children];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
      if (event.key === "Escape") {
        event.stopPropagation();
        shut();
        more.focus();
      }
    });
    list.addEventListener("focusout", ({ relatedTarget }) => {
      if (!item.contains(relatedTarget)) shut();
    });
    open = list;
    item.append(list);
    more.setAttribute("aria-expanded", "true");
    list.firstElementChild.focus();
    list.scrollIntoView({ block: "nearest" });
  }

  function shut() {
    const list = open;
    open = null; // its removal takes the focus, which shuts it too
    list?.remove();
    more.setAttribute("aria-expanded", "false");
  }

  function mute() {
    app.lobby.mute(line.player).then(() => toast(`You do not hear ${line.name} any more.`), fault);
  }

  function report() {
    const reason = h("select", { id: "reason" }, Object.entries(REASONS).map(([value, label]) => h("option", { value }, label)));
    const words = h("textarea", { id: "about", maxlength: "500", rows: "3" });
    const dialog = h(
      "dialog",
      { class: "report", "aria-labelledby": "reporting" },
      h("h2", { id: "reporting" }, `Report ${line.name}'s line`),
      h("p", { class: "quiet small" }, "Staff sees it with the lines around it."),
      h(
        "form",
        { method: "dialog" },
        h("label", { for: "reason" }, "What is wrong with it?"),
        reason,
        h("label", { for: "about" }, "Anything to add?"),
        words,
        h("div", { class: "row" }, h("button", { value: "no" }, "Cancel"), h("button", { value: "yes", class: "primary" }, "Report")),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue !== "yes") return;
      app.lobby.reportLine(channel, line.seq, reason.value, words.value).then(() => toast("Thank you. Staff will look at it."), fault);
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  return item;
}
