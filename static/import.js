/* A file is dropped instead of chosen, and one sees how far it is; without this the form works as it stands. */

import { make } from "./dom.js";

const form = document.getElementById("send");
const input = form.elements.file;
const place = input.closest("label");

place.classList.add("drop");
place.querySelector("span").textContent = form.dataset.drop;
for (const name of ["dragenter", "dragover"]) place.addEventListener(name, (event) => hold(event, true));
for (const name of ["dragleave", "drop"]) place.addEventListener(name, (event) => hold(event, false));
place.addEventListener("drop", (event) => {
  if (event.dataTransfer.files.length === 1) input.files = event.dataTransfer.files;
});
form.addEventListener("submit", send);

function hold(event, over) {
  event.preventDefault();
  place.classList.toggle("over", over);
}

/** Send the form with its progress in sight, and go where the answer is. */
function send(event) {
  event.preventDefault();
  const said = make("p", { role: "status" }, form.dataset.sending);
  const bar = make("progress", { max: 1, value: 0, "aria-label": form.dataset.sending });
  const progress = make("div", { class: "progress" }, said, bar);
  form.append(progress);
  const asked = new XMLHttpRequest();
  asked.upload.addEventListener("progress", ({ loaded, total }) => { bar.value = total ? loaded / total : 0; });
  asked.upload.addEventListener("load", () => {
    bar.removeAttribute("value");
    said.textContent = form.dataset.checking;
  });
  asked.addEventListener("load", () => answered(asked, progress));
  // the browser itself says best that it cannot reach the server
  asked.addEventListener("error", () => form.submit());
  asked.open("POST", form.action);
  asked.setRequestHeader("Accept", "text/html");
  asked.send(new FormData(form, event.submitter));
}

function answered(asked, progress) {
  if (asked.status < 400) {
    location.assign(asked.responseURL);
    return;
  }
  progress.remove();
  const page = new DOMParser().parseFromString(asked.responseText, "text/html");
  form.before(...page.querySelectorAll("main .message, main .quiet"));
}
