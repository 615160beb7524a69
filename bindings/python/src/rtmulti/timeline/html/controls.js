// Who moves the view, and who asks what something is: mouse, touch, keys and buttons.
const tip = byId("tip");
const cursor = byId("cursor");

// --- what explains ---

// The lines of whatever explains itself there, near a place on the screen.
function explain(lines, x, y) {
  tip.replaceChildren(...lines.map(([text, kind], number) => make(number === 0 ? "b" : "p", kind, text)));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(12, Math.min(x + 14, innerWidth - box.width - 12))}px`;
  const below = y + 18;
  tip.style.top = `${below + box.height < innerHeight - 8 ? below : Math.max(8, y - box.height - 12)}px`;
}

function explainElement(element) {
  const box = element.getBoundingClientRect();
  explain(element.explains(), box.left + Math.min(box.width / 2, 120), box.bottom - 12);
}

function hideTip() {
  tip.hidden = true;
  cursor.hidden = true;
}

// The moment below a place on the screen, of the rows and of the ruler alike.
function momentAt(x) {
  const box = byId("ruler").getBoundingClientRect();
  return view.from + ((x - box.left) / box.width) * view.span;
}

byId("rows").addEventListener("pointermove", (event) => {
  if (drag) return;
  const atMs = momentAt(event.clientX);
  const isInside = atMs >= view.from && atMs <= view.from + view.span;
  cursor.hidden = !isInside;
  cursor.style.left = `${event.clientX - byId("rows").getBoundingClientRect().left}px`;
  let element = event.target;
  while (element && !element.explains) element = element.parentElement;
  const audible = audibleAt(atMs);
  if (element) explain(element.explains(isInside ? atMs : undefined), event.clientX, event.clientY);
  else if (isInside) explain([[moment(atMs)], [audible ? `${audible.number}. ${audible.item_id} was heard` : "nothing was heard", "small"]], event.clientX, event.clientY);
});
byId("rows").addEventListener("pointerleave", hideTip);
byId("ruler").addEventListener("pointerover", (event) => event.target.explains && explainElement(event.target));
byId("ruler").addEventListener("pointerout", hideTip);
byId("overview").addEventListener("pointermove", (event) => {
  if (drag) return hideTip();
  const box = byId("overview").getBoundingClientRect();
  const atMs = ((event.clientX - box.left) / box.width) * WHOLE_MS;
  const stop = stops.find((one) => Math.abs(one.at_ms - atMs) < (WHOLE_MS / box.width) * 5);
  const audible = audibleAt(atMs);
  const lines = stop ? [[stop.words]] : audible ? messageLines(audible, atMs) : [[moment(atMs)], ["nothing was heard", "small"]];
  explain(lines, event.clientX, event.clientY);
});
byId("overview").addEventListener("pointerleave", hideTip);
document.addEventListener("focusin", (event) => {
  if (event.target.explains && event.target.matches(":focus-visible")) explainElement(event.target);
});
document.addEventListener("focusout", hideTip);
addEventListener("scroll", hideTip, { passive: true });

// --- drag and wheel ---

// What is dragged: a function that takes how far the pointer went, in pixels.
let drag = null;

function begin(event, move) {
  if (event.button !== 0) return;
  const x = event.clientX;
  drag = (now) => move(now.clientX - x);
  event.currentTarget.setPointerCapture(event.pointerId);
  hideTip();
}

for (const id of ["list", "ruler", "overview"]) {
  byId(id).addEventListener("pointermove", (event) => drag && drag(event));
  byId(id).addEventListener("pointerup", (event) => {
    // The last move may have been swallowed.
    if (drag) drag(event);
    drag = null;
  });
  byId(id).addEventListener("pointercancel", () => (drag = null));
  // A browser would begin to drag what is marked, and take the mouse away.
  byId(id).addEventListener("dragstart", (event) => event.preventDefault());
}
for (const id of ["list", "ruler"]) {
  byId(id).addEventListener("pointerdown", (event) => {
    // Words stay words: they can be marked and copied.
    if (id === "list" && !event.target.closest(".lane")) return;
    const from = view.from;
    begin(event, (pixels) => show(from - (pixels / byId("ruler").clientWidth) * view.span));
  });
}
byId("overview").addEventListener("pointerdown", (event) => {
  const box = byId("overview").getBoundingClientRect();
  const msOf = (pixels) => (pixels / box.width) * WHOLE_MS;
  const edges = [...document.querySelectorAll(".edge")];
  if (!event.target.closest("#window")) show(msOf(event.clientX - box.left) - view.span / 2);
  const { from, span } = view;
  if (event.target === edges[0]) begin(event, (pixels) => moveStart(Math.max(0, from + msOf(pixels)), from + span));
  else if (event.target === edges[1]) begin(event, (pixels) => show(from, Math.min(span + msOf(pixels), WHOLE_MS - from)));
  else begin(event, (pixels) => show(from + msOf(pixels)));
});

function moveStart(from, until) {
  const start = Math.min(from, until - SHORTEST_MS);
  show(start, until - start);
}

for (const id of ["rows", "ruler", "overview"]) {
  byId(id).addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey || event.metaKey) zoom(Math.exp(event.deltaY / 300), id === "overview" ? undefined : momentAt(event.clientX));
      else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) show(view.from + ((event.deltaX || event.deltaY) / 800) * view.span);
      else return;
      event.preventDefault();
    },
    { passive: false },
  );
}

// --- keys and buttons ---

// The message before or behind the one that is chosen; the view goes with it.
function choose(step) {
  const now = rows.findIndex((row) => row.element === document.activeElement);
  const seen = rows.findIndex((row) => !row.element.hidden);
  const row = rows[now < 0 ? Math.max(seen, 0) : Math.min(Math.max(now + step, 0), rows.length - 1)];
  if (row) reveal(row);
}

function reveal(row) {
  if (row.element.hidden) {
    show(row.span[0] - view.span * 0.1);
    draw();
  }
  row.element.focus({ preventScroll: true });
  row.element.scrollIntoView({ block: "nearest" });
  explainElement(row.element);
  keepOneReachable();
}

function zoomToChosen() {
  const row = rows.find((one) => one.element === document.activeElement);
  if (!row) return;
  const [start, end] = row.span;
  const length = Math.max(end - start, 1000);
  show(start - length * 0.08, length * 1.16);
  draw();
  reveal(row);
}

// The next interruption behind the chosen one, or behind the middle of what is shown; backwards with -1.
function chooseStop(step) {
  const now = stops.findIndex((stop) => stop.flag === document.activeElement);
  const middle = view.from + view.span / 2;
  const ahead = step > 0 ? stops.findIndex((stop) => stop.at_ms > middle) : stops.findLastIndex((stop) => stop.at_ms < middle);
  const stop = stops[now < 0 ? (ahead < 0 ? (step > 0 ? 0 : stops.length - 1) : ahead) : (now + step + stops.length) % stops.length];
  if (!stop) return;
  show(stop.at_ms - view.span / 2);
  draw();
  stop.flag.focus({ preventScroll: true });
  explainElement(stop.flag);
}

function toggleKeys() {
  byId("keys").hidden = !byId("keys").hidden;
  byId("help").setAttribute("aria-expanded", !byId("keys").hidden);
}

const keys = {
  ArrowLeft: () => show(view.from - view.span / 8),
  ArrowRight: () => show(view.from + view.span / 8),
  ArrowUp: () => choose(-1),
  ArrowDown: () => choose(1),
  "+": () => zoom(0.6),
  "=": () => zoom(0.6),
  "-": () => zoom(1 / 0.6),
  0: () => show(0, WHOLE_MS),
  Home: () => show(0),
  End: () => show(WHOLE_MS),
  Enter: zoomToChosen,
  n: () => chooseStop(1),
  p: () => chooseStop(-1),
  Escape: hideTip,
  "?": toggleKeys,
};
document.addEventListener("keydown", (event) => {
  const isButton = event.target.closest("#tools") && event.key === "Enter";
  if (event.ctrlKey || event.metaKey || event.altKey || isButton || !Object.hasOwn(keys, event.key)) return;
  keys[event.key]();
  event.preventDefault();
});
byId("in").addEventListener("click", () => zoom(0.6));
byId("out").addEventListener("click", () => zoom(1 / 0.6));
byId("all").addEventListener("click", () => show(0, WHOLE_MS));
byId("help").addEventListener("click", toggleKeys);
addEventListener("resize", () => show(view.from));
draw();
