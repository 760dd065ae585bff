/** Build an element. User text only ever goes in as text nodes; nothing here parses HTML. */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function fill(el, props, children) {
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (key === "class") el.setAttribute("class", value);
    else if (key in el && typeof value === "boolean") el[key] = value;
    else if (key === "value") el.value = value;
    else el.setAttribute(key, value === true ? "" : value);
  }
  el.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return el;
}

/** Set text without touching the document when nothing changed. */
export function text(el, value) {
  if (el.textContent !== value) el.textContent = value;
}

export function show(el, visible) {
  if (el.hidden === visible) el.hidden = !visible;
}

let announcer;

/** Say something to screen readers alone. */
export function announce(sentence) {
  announcer ??= document.getElementById("announcer");
  text(announcer, sentence);
}

/** A question with two answers; resolves to true for the first. */
export function confirm(question, detail, yes, no = "Cancel") {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { "aria-labelledby": "question" },
      h("h2", { id: "question" }, question),
      h("p", { class: "quiet" }, detail),
      h(
        "form",
        { method: "dialog" },
        h("button", { value: "no", autofocus: true }, no),
        h("button", { value: "yes", class: "danger" }, yes),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
