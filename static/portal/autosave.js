// Tells when a page could not save itself, and tries again. Saving is htmx's work (see #autosave);
// without scripts “Save for later” does the same.
(() => {
  const box = document.getElementById("autosave");
  const form = box && box.closest("form");
  if (!form) return;
  let unsaved = false, sent = false, timer = 0;

  const say = (id) => {
    unsaved = true;
    box.replaceChildren(document.getElementById(id).content.cloneNode(true));
  };
  const again = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => window.htmx.trigger(box, "again"), seconds * 1000);
  };
  // Signing in again changes the token that every form carries.
  const renew = async () => {
    try {
      const page = await (await fetch(location.pathname)).text();
      const field = new DOMParser().parseFromString(page, "text/html").querySelector(".form [name=page]");
      if (!field) return say("signed-out");
      const name = "[name=csrfmiddlewaretoken]";
      form.querySelector(name).value = field.form.querySelector(name).value;
      again(0);
    } catch { lost(); }
  };
  const lost = () => { say("unsent"); again(15); };

  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; sent = true; clearTimeout(timer); });
  addEventListener("pageshow", () => { sent = false; });
  // What is being sent must not be overtaken by itself.
  box.addEventListener("htmx:beforeRequest", (event) => {
    if (sent) event.preventDefault();
    else unsaved = false;
  });
  box.addEventListener("htmx:sendError", lost);
  box.addEventListener("htmx:timeout", lost);
  box.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (new URL(xhr.responseURL).pathname !== box.dataset.hxPost) { event.detail.shouldSwap = false; say("signed-out"); }
    else if (xhr.status === 403) renew();
    else if (xhr.status === 409 || xhr.status === 413) { event.detail.shouldSwap = true; event.detail.isError = false; }
    else if (xhr.status >= 400) lost();
  });
  // Whoever reads the coach must not lose their place.
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target.contains(document.activeElement)) event.detail.shouldSwap = false;
  });
  addEventListener("online", () => { if (unsaved) again(0); });
  document.addEventListener("visibilitychange", () => {
    if (!unsaved) return;
    if (document.hidden) navigator.sendBeacon(box.dataset.hxPost, new FormData(form));
    else renew();
  });
})();
