// Small comforts on top of pages that work without script. No markup is built from text here.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("fy-js");

  // htmx writes HTML from our own server only; this policy is the one door, and code in attributes is off.
  const refuse = function () {
    throw new Error("Kod i attribut är avstängd.");
  };
  if (window.htmx) {
    const pass = { createHTML: (text) => text, createScript: () => "" };
    const policy = window.trustedTypes ? window.trustedTypes.createPolicy("fyrklang", pass) : pass;
    window.htmx.registerExtension("fy-trust", {
      init: (api) => api.initSecurity(policy, refuse, refuse),
    });
    document.addEventListener("htmx:config:request", (event) => {
      const token = document.querySelector('meta[name="csrf-token"]');
      if (token) event.detail.ctx.request.headers["X-CSRF-Token"] = token.content;
    });
  }

  // Menus close on Escape, on a click elsewhere, and when another opens.
  const openMenus = () => document.querySelectorAll("details.fy-drop[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Toasts leave after ten seconds unless the pointer or focus is in them.
  const settle = (toast) => {
    const close = toast.querySelector("[data-fy-close]");
    if (close) {
      close.hidden = false;
      close.addEventListener("click", () => toast.remove());
    }
    const later = () => {
      if (toast.matches(":hover, :focus-within")) setTimeout(later, 2000);
      else toast.remove();
    };
    setTimeout(later, 10000);
  };
  document.querySelectorAll("[data-fy-toast]").forEach(settle);

  // A field that was mended loses its mark of fault; the server decides at the next submit.
  document.addEventListener("input", (event) => {
    const field = event.target.closest(".fy-field--fault");
    if (field) field.classList.add("fy-field--touched");
  });

  // The way out of a confirmation without a round trip.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-fy-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.fyDialog);
      if (dialog && dialog.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    const closer = event.target.closest("dialog [data-fy-dismiss]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
  });

  // Single keys, which the user can turn off.
  const rowLinks = () =>
    [...document.querySelectorAll(".fy-table tbody th a, .fy-rows__who a")].filter((link) => link.offsetParent);
  const step = (by) => {
    const links = rowLinks();
    if (!links.length) return;
    const here = links.indexOf(document.activeElement);
    const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + by));
    links[next].focus();
  };
  const keys = {
    "/": () => document.querySelector(".fy-search input[type=search]")?.focus(),
    "?": () => document.getElementById("fy-keys")?.showModal?.(),
    j: () => step(1),
    k: () => step(-1),
    n: () => document.querySelector("[data-fy-key='n']")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
    const deed = keys[event.key];
    if (deed) {
      event.preventDefault();
      deed();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("form[method='post']");
    if (form) form.requestSubmit();
  });

  // Choices in a filter take effect at once; the button stays for those without script.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-fy-auto]");
    if (form) form.requestSubmit();
  });
})();
