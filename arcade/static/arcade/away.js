const HIDDEN_FOR = 60_000;

/** Says that nobody is here while the page is out of sight, and that somebody is when he does something again. */
export const away = { enter };

function enter({ lobby, store }) {
  let said = false;
  let timer = 0;
  const say = (gone) => {
    said = gone;
    lobby.setAway(gone).catch(() => {}); // whoever is cut off is told anew, and silence says the same
  };
  const mine = () => store.people.get(store.player?.id)?.status;

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => say(true), HIDDEN_FOR);
    else if (said) say(false);
  });
  const acted = () => {
    if (!document.hidden && (said || mine() === "away")) say(false);
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, acted, { passive: true });
  lobby.on("welcome", () => said && say(document.hidden));
}
