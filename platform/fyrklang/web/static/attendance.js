// Attendance by keyboard, and without network: the marks wait in this browser until they can be sent.
// What waits holds ids and marks, never a name. The page works without this file.
(() => {
  "use strict";
  const form = document.querySelector("form[data-fy-attend]");
  if (!form) return;
  const rows = [...form.querySelectorAll("[data-fy-row]")];
  const store = `fy-attendance:${form.dataset.fyAttend}`;
  const show = (name, on) => {
    const box = document.querySelector(`[data-fy-${name}]`);
    if (box) box.hidden = !on;
  };

  const count = () => {
    for (const box of form.querySelectorAll("[data-fy-count]")) {
      box.textContent = form.querySelectorAll(`input[value="${box.dataset.fyCount}"]:checked`).length;
    }
  };
  form.addEventListener("change", count);

  const all = form.querySelector("[data-fy-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("click", () => {
      for (const row of rows) if (!row.querySelector("input:checked")) row.querySelector("input").checked = true;
      count();
    });
  }

  const focus = (row) => {
    if (row) (row.querySelector("input:checked") || row.querySelector("input")).focus();
  };
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-fy-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = rows.indexOf(row);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      focus(rows[at + (event.key === "ArrowDown" ? 1 : -1)]);
    } else if (/^[1-4]$/.test(event.key)) {
      event.preventDefault();
      row.querySelectorAll("input")[Number(event.key) - 1].checked = true;
      count();
      focus(rows[at + 1] || row);
    }
  });

  const read = () => {
    const data = new FormData(form);
    const number = (name) => (data.get(name) ? Number(data.get(name)) : null);
    const marks = [];
    for (const [name, mark] of data) if (name.startsWith("mark-")) marks.push({ stay_id: name.slice(5), mark });
    const heads = {};
    for (const name of ["extra_women", "extra_men", "extra_unknown"]) heads[name] = number(name);
    return { key: data.get("key"), version: Number(data.get("version")), marks, ...heads };
  };

  // Resolves to true when saved, false when refused; rejects when there is no network.
  const send = async (body) => {
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const answer = await fetch(form.dataset.fyAttend, {
      method: "PUT",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
      body: JSON.stringify(body),
    });
    if (answer.status >= 500 || answer.status === 401) throw new Error("not now");
    return answer.ok;
  };

  const wait = (body) => {
    localStorage.setItem(store, JSON.stringify(body));
    show("waiting", true);
  };

  const flush = async () => {
    const kept = localStorage.getItem(store);
    if (!kept) return;
    try {
      const saved = await send(JSON.parse(kept));
      localStorage.removeItem(store);
      show("waiting", false);
      if (saved) location.assign(form.dataset.fyAfter);
      else show("refused", true);
    } catch {
      show("waiting", true);
    }
  };

  form.addEventListener("submit", async (event) => {
    const typed = [...form.querySelectorAll("input[inputmode='numeric']")];
    // What only the server can explain goes the ordinary way, where faults stand at their fields.
    if (typed.some((field) => field.value && !/^\d{1,3}$/.test(field.value.trim()))) return;
    event.preventDefault();
    const body = read();
    try {
      if (await send(body)) {
        localStorage.removeItem(store);
        location.assign(form.dataset.fyAfter);
      } else form.submit();
    } catch {
      wait(body);
    }
  });
  window.addEventListener("online", flush);

  const restore = () => {
    const kept = localStorage.getItem(store);
    if (!kept) return;
    for (const { stay_id: stay, mark } of JSON.parse(kept).marks) {
      const field = form.querySelector(`input[name="mark-${stay}"][value="${mark}"]`);
      if (field) field.checked = true;
    }
    count();
  };
  restore();
  flush();
})();
