// Puts a mentioned item where the writer was; without scripts it goes to the end of the text.
(() => {
  const found = document.getElementById("found");
  if (!found) return;
  let field = null;
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("textarea:not([name=statement])")) field = target;
  });
  found.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mention]");
    const into = field || document.querySelector("textarea[name=text]");
    if (!button || !into) return;
    event.preventDefault();
    const name = button.dataset.mention.replace(/[[\]]/g, "");
    into.setRangeText(`[[${name}]]`, into.selectionStart, into.selectionEnd, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
    into.focus();
  });
})();
