// The matrix of roles. Arrow keys move between its cells; a letter chooses a role, Delete none,
// Space opens the list. A refused cell is shown with its reason; without an answer the box goes back.
const table = document.querySelector(".matrix");
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function isOpen(box) {
  try {
    return box.matches(":open");
  } catch {
    return false;
  }
}

table.addEventListener("keydown", (event) => {
  const step = STEPS[event.key], box = event.target;
  const held = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
  if (box.tagName !== "SELECT" || held || isOpen(box)) return;
  if (event.key === "Delete" && box.value) {
    box.value = "";
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  if (!step) return;
  event.preventDefault();
  const grid = [...table.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("select")]);
  const y = grid.findIndex((row) => row.includes(box));
  grid[y + step[0]]?.[grid[y].indexOf(box) + step[1]]?.focus();
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (![409, 422].includes(event.detail.xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.body.addEventListener(name, (event) => {
    const box = event.detail.elt.closest(".box").querySelector("select");
    box.value = box.name.split(".").slice(3).join(".");
    document.getElementById("said").textContent =
      "Not saved: the portal did not answer. The role is as it was; choose it again.";
  });
}

// A role chosen while its cell is still being saved is saved after it.
const later = new Map();

document.body.addEventListener("htmx:configRequest", (event) => {
  const box = event.detail.elt;
  if (box.tagName === "SELECT") box.dataset.sent = box.value;
});

document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const box = event.detail.target.querySelector("select");
  if (box?.dataset.sent !== undefined && box.value !== box.dataset.sent) later.set(box.id, box.value);
});

document.body.addEventListener("htmx:afterSettle", () => {
  for (const [id, chosen] of later) {
    later.delete(id);
    const box = document.getElementById(id);
    box.value = chosen;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
