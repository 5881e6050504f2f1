/* Elements from values; text is only ever text. */

/**
 * Make an element.
 *
 * Attributes that start with "on" are listeners; true and false stand for presence and absence.
 * Children are nodes or texts; null and false are left out.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

/** Put children in the place of what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
  return element;
}

/** Make a switch of two or more choices, of which one holds. */
export function choice(label, options, chosen, onchange) {
  const group = make("div", { class: "choice", role: "radiogroup", "aria-label": label });
  const name = `choice-${choice.made++}`;
  for (const [value, text] of options) {
    const input = make("input", { type: "radio", name, value, checked: value === chosen });
    input.addEventListener("change", () => onchange(value));
    group.append(make("label", {}, input, make("span", {}, text)));
  }
  return group;
}
choice.made = 0;
