// Light or dark as the reader chose last; runs before the page is drawn, so that nothing flashes.
const root = document.documentElement;
const KEPT = "theme";

try {
  const chosen = localStorage.getItem(KEPT);
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
} catch {
  // a browser that keeps nothing goes by what its system asks for
}

/** Tell whether the page is dark now. */
function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  const tell = () => button.setAttribute("aria-pressed", String(isDark()));
  button.hidden = false;
  tell();
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    tell();
    root.dispatchEvent(new CustomEvent("theme"));
    try {
      localStorage.setItem(KEPT, root.dataset.theme);
    } catch {
      // chosen for this page alone
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
});
