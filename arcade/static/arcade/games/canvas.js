/** Colours of seats and teams. Each comes with a letter and a pattern, so that hue is never the only cue. */
export const COLOURS = ["#e8505b", "#f2b632", "#2f9e74", "#3f7fe0", "#a45bd6", "#e57f2e", "#1fa3b5", "#d1619f"];
export const LETTERS = "ABCDEFGH";

export const colour = (index) => COLOURS[index % COLOURS.length];

/** Whether the reader wants things to stand still. */
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The page's own colours, read from the style sheet. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read("ink"),
    muted: read("muted"),
    surface: read("surface"),
    floor: read("floor"),
    grid: read("grid"),
    line: read("line"),
    board: read("board"),
    deep: read("board-deep"),
    hole: read("hole"),
    accent: read("accent"),
  };
}

/**
 * A canvas in CSS pixels at the screen's own density, redrawn by `draw(ctx, width, height, now)`.
 *
 * `draw` returns true while it wants the next animation frame too. `poke()` asks for one; nothing is drawn
 * while the canvas is off the screen.
 */
export function surface(canvas, draw) {
  const ctx = canvas.getContext("2d");
  let width = 0;
  let height = 0;
  let asked = 0;
  let seen = true;

  function paint(now) {
    asked = 0;
    if (!width || !height) return;
    const ratio = canvas.width / width;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    if (draw(ctx, width, height, now)) poke();
  }

  function poke() {
    if (!asked && seen) asked = requestAnimationFrame(paint);
  }

  const sizes = new ResizeObserver(() => {
    const ratio = Math.min(devicePixelRatio || 1, 2);
    width = canvas.clientWidth;
    height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    poke();
  });
  sizes.observe(canvas);
  const sight = new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    poke();
  });
  sight.observe(canvas);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", poke);

  return {
    poke,
    stop() {
      sizes.disconnect();
      sight.disconnect();
      scheme.removeEventListener("change", poke);
      cancelAnimationFrame(asked);
      seen = false;
    },
  };
}
