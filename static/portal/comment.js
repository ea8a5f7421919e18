// Counts what is typed, and shows a little work where very many comments come in (plans/flood.py).
// Without scripts the limit stands above the field, and the page asks to wait a minute instead.
(() => {
  for (const field of document.querySelectorAll("textarea[data-counted]")) {
    const most = Number(field.dataset.counted);
    const shown = document.createElement("p");
    shown.className = "soft counted";
    // Read out only near the end: a voice that counts each key is in the way.
    const near = document.createElement("p");
    near.className = "visually-hidden";
    near.setAttribute("role", "status");
    field.after(shown, near);
    const count = () => {
      const left = most - [...field.value].length;
      const words = left < 0 ? `${(-left).toLocaleString("en")} too many` : `${left.toLocaleString("en")} left`;
      shown.textContent = `${words} of ${most.toLocaleString("en")} characters`;
      near.textContent = left < 100 ? shown.textContent : "";
    };
    field.addEventListener("input", count);
    count();
  }

  const proof = document.querySelector("input[name=proof][data-task]");
  if (!proof || !window.crypto || !crypto.subtle) return;
  const form = proof.form;
  let at_work = false;
  form.addEventListener("submit", async (event) => {
    if (proof.value) return;
    event.preventDefault();
    if (at_work) return;
    at_work = true;
    const told = document.createElement("p");
    told.setAttribute("role", "status");
    told.className = "soft";
    form.append(told);
    told.textContent = "One moment: your browser shows that you are not a machine.";
    const bytes = new TextEncoder();
    for (let nonce = 0; !proof.value; nonce++) {
      const found = new DataView(await crypto.subtle.digest("SHA-256", bytes.encode(`${proof.dataset.task}:${nonce}`)));
      if (found.getUint32(0) >>> 18 === 0) proof.value = String(nonce);
    }
    form.submit();
  });
})();
