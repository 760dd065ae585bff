import * as generic from "./generic.js";

const loaded = new Map();

/**
 * The renderer of a game: `games/<name>.js` where there is one, else the generic one.
 *
 * The page names those that exist, a studio's own app among them, in `data-renderers`.
 */
export async function renderer(game) {
  const names = (document.body.dataset.renderers ?? "").split(" ");
  if (!names.includes(game)) return generic;
  if (!loaded.has(game)) loaded.set(game, import(`./${game}.js`));
  return loaded.get(game);
}
