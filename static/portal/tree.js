// Drags items of the plan's tree. What is dropped is sent as the form that the buttons send too.
(() => {
  const tree = document.getElementById("tree"), form = document.getElementById("drop");
  if (!tree || !form) return;
  let held = null, mark = null;

  const clear = () => { if (mark) mark.removeAttribute("data-drop"); mark = null; };
  const where = (row, y) => {
    const { top, height } = row.getBoundingClientRect(), part = (y - top) / height;
    return part < 0.3 ? "before" : part > 0.7 ? "after" : "under";
  };
  for (const row of tree.children) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.draggable = true;
    grip.title = "Drag to move";
    grip.setAttribute("aria-hidden", "true");
    grip.textContent = "⠿";
    row.firstElementChild.prepend(grip);
    grip.addEventListener("dragstart", (event) => {
      held = row;
      row.classList.add("held");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.item);
      event.dataTransfer.setDragImage(row, 8, 8);
    });
    grip.addEventListener("dragend", () => { row.classList.remove("held"); held = null; clear(); });
    row.addEventListener("dragover", (event) => {
      if (!held || held === row) return;
      event.preventDefault();
      if (mark !== row) clear();
      mark = row;
      row.dataset.drop = where(row, event.clientY);
    });
    row.addEventListener("drop", (event) => {
      if (!held || held === row) return;
      event.preventDefault();
      form.action = form.dataset.move.replace(tree.firstElementChild.dataset.item, held.dataset.item);
      form.to.value = where(row, event.clientY);
      form.elements.target.value = row.dataset.item;
      form.seen.value = held.dataset.seen;
      form.submit();
    });
  }
  document.documentElement.classList.add("drags");
})();
