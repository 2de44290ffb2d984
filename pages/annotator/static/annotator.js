// The annotator's script. Every screen works without it; with it, keys answer, a set is sorted by
// tapping, an answer needs no new page, and what cannot be sent yet is kept on the device.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // A tap or key meant for the item before must not answer the next one.
  const ASLEEP_MS = 300;
  const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
  const PATIENCE_MS = 15000;
  const SLOW_MS = 400;
  const PENDING = "taskanchor:pending:";
  const DRAFT = "taskanchor:draft:";
  const CLOSING = "taskanchor:closing";
  const CANNOT_TELL = "cannot_tell";

  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const says = (key, values = {}) =>
    (texts[key] || "").replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => values[name] ?? "");

  let texts = {};
  let board = null;
  let drawnAt = 0;
  let hiddenMs = 0;
  let hiddenSince = null;
  let inFlight = null;
  let failures = 0;
  let retryTimer = 0;

  // Some browsers refuse to keep anything; then this tab remembers as long as it is open.
  const spare = new Map();
  const memory = {
    get(key) {
      try {
        return localStorage.getItem(key) ?? spare.get(key) ?? null;
      } catch {
        return spare.get(key) ?? null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem(key, value);
      } catch {
        spare.set(key, value);
      }
    },
    remove(key) {
      spare.delete(key);
      try {
        localStorage.removeItem(key);
      } catch {
        return;
      }
    },
    keys() {
      try {
        return [...Object.keys(localStorage), ...spare.keys()];
      } catch {
        return [...spare.keys()];
      }
    },
    read(key) {
      try {
        return JSON.parse(this.get(key) || "null");
      } catch {
        return null;
      }
    },
  };

  const isPreview = () => document.body.hasAttribute("data-preview");
  const task = () => one("main[data-assignment]");
  const link = () => new URLSearchParams(location.search).get("link") || one("input[name=link]")?.value || "";
  const isAsleep = () => performance.now() - drawnAt < ASLEEP_MS;

  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function lookingMs() {
    const away = hiddenSince === null ? 0 : performance.now() - hiddenSince;
    return Math.max(0, Math.round(performance.now() - drawnAt - hiddenMs - away));
  }

  // ---- What is told of saving.

  function tellSaved(text, isUnsaved = false) {
    const mark = one(".saved");
    if (!mark) return;
    mark.textContent = text;
    mark.classList.toggle("unsaved", isUnsaved);
  }

  function tellConnection(text) {
    const banner = one("#connection");
    banner.hidden = text === "";
    if (!text) return;
    one("strong", banner).textContent = says("offline");
    one("span", banner).textContent = text;
    one("button", banner).textContent = says("again");
  }

  function tellProblem(text) {
    one(".problem")?.remove();
    if (!text) return;
    const line = document.createElement("p");
    line.className = "problem";
    line.setAttribute("role", "alert");
    line.textContent = text;
    one(".bar")?.before(line);
  }

  // ---- An answer: kept on the device first, then sent until the server says that it has it.

  function give(answer, confidence = null) {
    const main = task();
    if (!main || isAsleep()) return;
    const ticks = answer === CANNOT_TELL ? [] : all("input[name=tick]:checked").map((box) => Number(box.value));
    const given = { link: link(), assignment: Number(main.dataset.assignment), answer, confidence, ticks };
    const said = JSON.stringify(given);
    const before = memory.read(PENDING + given.assignment);
    if (before && before.said === said) {
      if (!inFlight) send(before);
      return;
    }
    const pending = { ...given, said, client_id: newId(), elapsed_ms: lookingMs() };
    memory.set(PENDING + given.assignment, JSON.stringify(pending));
    mark(pending);
    tellProblem("");
    send(pending);
  }

  function mark(pending) {
    for (const button of all("#answer button[name=answer], #answer button[name=confidence]")) {
      const value = button.name === "answer" ? pending.answer : String(pending.confidence);
      if (button.value === value) button.setAttribute("aria-pressed", "true");
      else button.removeAttribute("aria-pressed");
    }
  }

  async function post(address, body, controller = new AbortController()) {
    const patience = setTimeout(() => controller.abort(), PATIENCE_MS);
    try {
      const reply = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify(body),
        credentials: "same-origin",
        signal: controller.signal,
      });
      if (reply.status >= 500 || reply.status === 429) throw new Error(`status ${reply.status}`);
      return { ok: reply.ok, data: await reply.json() };
    } finally {
      clearTimeout(patience);
    }
  }

  async function send(pending) {
    inFlight?.abort();
    clearTimeout(retryTimer);
    const controller = new AbortController();
    inFlight = controller;
    const slow = setTimeout(() => tellSaved(says("sending")), SLOW_MS);
    let reply = null;
    try {
      const { said, ...body } = pending;
      reply = await post("/rate/answer", body, controller);
    } catch {
      reply = null;
    } finally {
      clearTimeout(slow);
    }
    // A newer answer took this one's place on the way; it is sent by itself.
    if (inFlight !== controller) return;
    inFlight = null;
    if (reply === null) return waitForLine(pending);
    failures = 0;
    tellConnection("");
    const key = PENDING + pending.assignment;
    if (memory.read(key)?.client_id === pending.client_id) memory.remove(key);
    receive(pending, reply);
    flush();
  }

  function receive(pending, reply) {
    const isShown = Number(task()?.dataset.assignment) === pending.assignment;
    if (reply.ok) forgetDraft(pending.assignment);
    if (reply.data.screen && isShown) return show(reply.data);
    if (!reply.ok && isShown) {
      tellSaved("");
      tellProblem(`${says("notSaved")} ${reply.data.problem || ""}`);
    }
  }

  function waitForLine(pending) {
    const pause = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    failures += 1;
    tellSaved(says("waiting"), true);
    tellConnection(says("kept"));
    retryTimer = setTimeout(() => send(memory.read(PENDING + pending.assignment) || pending), pause);
  }

  function waiting() {
    return memory
      .keys()
      .filter((key) => key.startsWith(PENDING))
      .map((key) => memory.read(key))
      .filter((pending) => pending && pending.link === link());
  }

  function flush() {
    if (isPreview() || inFlight) return;
    const [pending] = waiting();
    if (!pending) {
      if (navigator.onLine) tellConnection("");
      return;
    }
    send(pending);
  }

  function show(data) {
    one("#page").innerHTML = data.screen;
    document.title = data.title;
    if (data.address) history.replaceState(null, "", data.address);
    begin();
    one("#main")?.focus({ preventScroll: true });
    one("#live").textContent = data.said || "";
  }

  // ---- What was chosen or typed and is not an answer yet.

  function keepDraft() {
    const main = task();
    if (!main || isPreview()) return;
    const draft = {
      chosen: one("input[name=chosen]:checked")?.value ?? null,
      ticks: all("input[name=tick]:checked").map((box) => box.value),
      groups: board ? board.groups : null,
      remark: one("#remark-text")?.value || "",
    };
    memory.set(DRAFT + main.dataset.assignment, JSON.stringify(draft));
  }

  // An answer that is saved is no draft; a remark that was not sent still is.
  function forgetDraft(assignment) {
    const remark = memory.read(DRAFT + assignment)?.remark;
    if (remark) memory.set(DRAFT + assignment, JSON.stringify({ chosen: null, ticks: null, groups: null, remark }));
    else memory.remove(DRAFT + assignment);
  }

  function restoreDraft(main) {
    const draft = memory.read(DRAFT + main.dataset.assignment);
    if (!draft) return;
    for (const radio of all("input[name=chosen]")) {
      if (draft.chosen !== null) radio.checked = radio.value === draft.chosen;
    }
    if (draft.ticks) for (const box of all("input[name=tick]")) box.checked = draft.ticks.includes(box.value);
    if (board && draft.groups?.length === board.groups.length) board.groups = draft.groups;
    const remark = one("#remark-text");
    if (remark && draft.remark) {
      remark.value = draft.remark;
      remark.closest("details").open = true;
    }
  }

  function keepClosing(form) {
    const given = Object.fromEntries(new FormData(form));
    delete given.link;
    memory.set(CLOSING, JSON.stringify({ link: link(), given }));
  }

  function restoreClosing(form) {
    const kept = memory.read(CLOSING);
    if (!kept || kept.link !== link()) return;
    for (const [name, value] of Object.entries(kept.given)) {
      for (const field of all("input, textarea", form).filter((one) => one.name === name)) {
        if (field.type === "radio") field.checked = field.value === value;
        else if (field.type !== "hidden") field.value = value;
      }
    }
  }

  // ---- Sorting a set: a response, then its group.

  function makeBoard() {
    const members = all(".member");
    if (!members.length) return null;
    const chosen = (place) => one(`input[name="member-${place}"]:checked`)?.value;
    const groups = members.map((_, place) => (chosen(place) === undefined ? null : Number(chosen(place))));
    return { groups, selected: null };
  }

  function nextUnsorted(after) {
    const places = board.groups.map((_, place) => place);
    const order = [...places.slice(after + 1), ...places.slice(0, after + 1)];
    return order.find((place) => board.groups[place] === null) ?? null;
  }

  function put(group) {
    if (board.selected === null) return;
    board.groups[board.selected] = group;
    board.selected = nextUnsorted(board.selected);
    drawBoard();
    keepDraft();
  }

  function putAll(kind) {
    board.groups = board.groups.map((_, place) => (kind === "same" ? 0 : place));
    board.selected = null;
    drawBoard();
    keepDraft();
  }

  const letter = (group) => String.fromCharCode(65 + group);
  const isSorted = () => board.groups.every((group) => group !== null);

  function drawBoard() {
    all(".member").forEach((member, place) => {
      const group = board.groups[place];
      member.className = member.className.replace(/\s*ta-group-\w/g, "");
      if (group !== null) member.classList.add(`ta-group-${letter(group).toLowerCase()}`);
      one(".pick", member).setAttribute("aria-pressed", String(place === board.selected));
      one(".state", member).textContent = group === null ? says("none") : says("group", { group: letter(group) });
      for (const radio of all(`input[name="member-${place}"]`)) radio.checked = Number(radio.value) === group;
    });
    all(".group").forEach((cell, group) => {
      one("button", cell).disabled = board.selected === null;
      one(".inside", cell).replaceChildren(...all(".member").flatMap((member, place) => insideOf(member, place, group)));
    });
    const text = board.selected === null ? says("sorted") : says("where", { number: board.selected + 1 });
    if (one("#sorting").textContent !== text) one("#sorting").textContent = text;
    const next = one("button[name=sorted]");
    if (next) next.disabled = !isSorted();
    wakeConfidence();
  }

  function insideOf(member, place, group) {
    if (board.groups[place] !== group) return [];
    const line = document.createElement("p");
    const number = document.createElement("b");
    number.textContent = `${place + 1} `;
    const opening = one(".opening", member).cloneNode(true);
    opening.hidden = false;
    line.append(number, opening);
    return [line];
  }

  // ---- Confidence comes after the answer, and saves it.

  function chosenAnswer() {
    if (board) return isSorted() ? board.groups.join(",") : null;
    return one("input[name=chosen]:checked")?.value ?? null;
  }

  function wakeConfidence() {
    const isOff = chosenAnswer() === null;
    for (const button of all("button[name=confidence]")) button.disabled = isOff;
  }

  function submitAnswer(button) {
    if (!button || isAsleep()) return;
    if (button.name === "answer") give(button.value);
    else if (button.name === "confidence" && chosenAnswer() !== null) give(chosenAnswer(), Number(button.value));
    else if (button.name === "all") {
      putAll(button.value);
      give(chosenAnswer());
    } else if (button.name === "sorted" && chosenAnswer() !== null) give(chosenAnswer());
  }

  // ---- A word to the researcher.

  async function sendRemark(form, kind) {
    const text = one("textarea", form).value;
    const buttons = all("button", form);
    for (const button of buttons) button.disabled = true;
    let reply = null;
    try {
      reply = await post("/rate/note", {
        link: link(), assignment: Number(task().dataset.assignment), kind, text,
      });
    } catch {
      tellConnection(says("keptText"));
    }
    for (const button of buttons) button.disabled = false;
    if (!reply) return;
    tellConnection("");
    if (!reply.ok) return tellProblem(reply.data.problem);
    one("textarea", form).value = "";
    form.closest("details").open = false;
    one("#noted").textContent = reply.data.said;
    keepDraft();
  }

  // ---- What people press.

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (isPreview()) return;
    if (form.id === "answer") {
      event.preventDefault();
      submitAnswer(event.submitter);
    } else if (form.id === "remark") {
      event.preventDefault();
      sendRemark(form, event.submitter?.value || "problem");
    } else if (form.classList.contains("size")) {
      event.preventDefault();
      setSize(event.submitter?.value || "normal");
    } else if (!navigator.onLine) {
      event.preventDefault();
      tellConnection(says("keptText"));
    }
  });

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("button, a, .toggle");
    if (!pressed) return;
    if (pressed.matches(".pick")) {
      board.selected = Number(pressed.closest(".member").dataset.place);
      drawBoard();
    } else if (pressed.dataset.group !== undefined) {
      put(Number(pressed.dataset.group));
    } else if (pressed.dataset.all && pressed.type === "button") {
      putAll(pressed.dataset.all);
    } else if (pressed.dataset.copy) {
      copy(one(`#${pressed.dataset.copy}`), pressed);
    } else if ("close" in pressed.dataset) {
      pressed.closest("details").open = false;
    } else if (pressed.closest("#connection")) {
      failures = 0;
      flush();
    } else if (pressed.matches('a[href^="/rate"]') && !navigator.onLine) {
      event.preventDefault();
      tellConnection(says("keptText"));
    }
  });

  document.addEventListener("input", (event) => {
    const closing = event.target.closest("#closing");
    if (closing) keepClosing(closing);
    else if (event.target.matches("input[name=chosen], input[name=tick], #remark-text")) {
      keepDraft();
      wakeConfidence();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return one("details.remark[open]")?.removeAttribute("open");
    if (event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    if (event.repeat || isAsleep()) return;
    const target = keyTarget(keyOf(event));
    if (!target) return;
    event.preventDefault();
    target.click();
  });

  // On an Arabic or Greek keyboard the letter is another, but the key is the same.
  function keyOf(event) {
    const key = event.key.toLowerCase();
    if (/^[a-z0-9]$/.test(key)) return key;
    return (/^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code)?.[1] || "").toLowerCase();
  }

  function keyTarget(key) {
    if (!key) return null;
    return all(`#page [data-key="${key}"]`).find((element) => !element.disabled && isReachable(element)) || null;
  }

  function isReachable(element) {
    return element.matches("input") || element.getClientRects().length > 0;
  }

  function setSize(size) {
    root.dataset.size = size;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `taskanchor_text=${size}; path=/; max-age=31536000; samesite=lax${secure}`;
    for (const button of all(".size button")) button.setAttribute("aria-pressed", String(button.value === size));
  }

  async function copy(field, button) {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Without a secure connection there is no clipboard; the older way takes what is selected.
      if (!document.execCommand("copy")) return;
    }
    button.textContent = says("copied");
    one("#live").textContent = says("copied");
  }

  // ---- Beginning: a page that was opened, or a screen that took the place of another.

  function begin() {
    drawnAt = performance.now();
    hiddenMs = 0;
    hiddenSince = document.hidden ? drawnAt : null;
    board = makeBoard();
    const main = task();
    if (main && !isPreview()) restoreDraft(main);
    if (board) {
      board.selected = nextUnsorted(board.groups.length - 1);
      drawBoard();
    }
    wakeConfidence();
    const closing = one("#closing");
    if (closing) restoreClosing(closing);
    else if (memory.read(CLOSING)?.link === link()) memory.remove(CLOSING);
    const pending = main && memory.read(PENDING + main.dataset.assignment);
    if (pending && pending.link === link()) mark(pending);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenSince = performance.now();
    else if (hiddenSince !== null) {
      hiddenMs += performance.now() - hiddenSince;
      hiddenSince = null;
    }
  });
  window.addEventListener("online", () => {
    failures = 0;
    flush();
  });
  window.addEventListener("offline", () => tellConnection(says(waiting().length ? "kept" : "keptText")));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  document.addEventListener("DOMContentLoaded", () => {
    texts = JSON.parse(document.body.dataset.texts);
    begin();
    flush();
  });
})();
