import { svg } from "./dom.js";

const PATHS = {
  add: ["M12 5v14", "M5 12h14"],
  play: ["M7 4.5v15l12-7.5z"],
  search: ["M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z", "M16.2 16.2 21 21"],
  bot: ["M5 9h14v10H5z", "M12 9V5", "M12 5h.01", "M9 13v2", "M15 13v2", "M2 13v3", "M22 13v3"],
  door: ["M5 21V3h11v18", "M3 21h18", "M12.5 12h.01"],
  back: ["M15 5l-7 7 7 7"],
  copy: ["M9 9h11v11H9z", "M15 9V4H4v11h5"],
  check: ["M4 12.5l5.5 5.5L20 7"],
  cross: ["M6 6l12 12", "M18 6L6 18"],
  dice: ["M4 4h16v16H4z", "M8.5 8.5h.01", "M15.5 15.5h.01", "M12 12h.01"],
  flag: ["M5 21V4", "M5 4h13l-3 4.5L18 13H5"],
  hands: ["M4 9h16", "M4 15h16"],
  again: ["M4 12a8 8 0 1 0 2.5-5.8", "M4 4v4.5h4.5"],
  eye: ["M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12z", "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"],
  crown: ["M4 18h16", "M4 15 3 6l5.5 4L12 4l3.5 6L21 6l-1 9z"],
  chat: ["M4 5h16v11H10l-4.5 4V16H4z"],
  hush: ["M4 5h16v11H10l-4.5 4V16H4z", "M9 8l6 5", "M15 8l-6 5"],
  send: ["M4 12l16-7-6 15-3-6z"],
  dots: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  home: ["M4 11l8-7 8 7", "M6 9.5V20h12V9.5"],
};

/** An icon of 24 × 24, hidden from screen readers: the text beside it says the same. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" },
    PATHS[name].map((d) => svg("path", { d })),
  );
}
