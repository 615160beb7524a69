// What part of the call is shown, and what follows from that: which rows there are, the ruler, the window of the overview. Who
// moves it is controls.js's business.
const SHORTEST_MS = 200;
// A longer call begins with its first minute; the overview has all of it.
const LONGEST_AT_FIRST_MS = 90000;
const FIRST_MS = 60000;

const view = { from: 0, span: WHOLE_MS > LONGEST_AT_FIRST_MS ? FIRST_MS : WHOLE_MS };
let isDue = false;

// Shows the time from `from` on, `span` long, as far as the call goes.
function show(from, span = view.span) {
  view.span = Math.min(Math.max(span, Math.min(SHORTEST_MS, WHOLE_MS)), WHOLE_MS);
  view.from = Math.min(Math.max(from, 0), WHOLE_MS - view.span);
  if (!isDue) {
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  }
}

// Zooms by a factor, and leaves a moment where it is on the screen.
function zoom(factor, aroundMs = view.from + view.span / 2) {
  const span = Math.min(Math.max(view.span * factor, SHORTEST_MS), WHOLE_MS);
  show(aroundMs - ((aroundMs - view.from) / view.span) * span, span);
}

const isShown = (start, end) => start <= view.from + view.span && end >= view.from;

function draw() {
  for (const id of ["rows", "ruler"]) {
    byId(id).style.setProperty("--from", view.from);
    byId(id).style.setProperty("--span", view.span);
  }
  let messages = 0;
  for (const row of rows) {
    row.element.hidden = !isShown(...row.span);
    if (!row.element.hidden && row.about.heard) messages += 1;
  }
  for (const response of responses) {
    const isEmpty = response.rows.every((row) => row.element.hidden);
    response.head.hidden = isEmpty && !response.moments.some((atMs) => isShown(atMs, atMs));
  }
  byId("nothing").hidden = responses.some((response) => !response.head.hidden);
  keepOneReachable();
  drawRuler();
  const until = view.from + view.span;
  const count = `${messages} of ${conversation.messages.length} message${conversation.messages.length === 1 ? "" : "s"}`;
  byId("shown").textContent = `${moment(view.from)} to ${moment(until)} of ${moment(WHOLE_MS)}, ${count}`;
  const handle = byId("window");
  handle.style.left = `${(view.from / WHOLE_MS) * 100}%`;
  handle.style.width = `${(view.span / WHOLE_MS) * 100}%`;
  handle.setAttribute("aria-valuemax", Math.round(WHOLE_MS));
  handle.setAttribute("aria-valuenow", Math.round(view.from));
  handle.setAttribute("aria-valuetext", `${moment(view.from)} to ${moment(until)}`);
}

// The Tab key reaches one row, the one that was chosen or else the first; the arrows reach the others.
function keepOneReachable() {
  const seen = rows.filter((row) => !row.element.hidden);
  const chosen = seen.find((row) => row.element === document.activeElement) ?? seen[0];
  for (const row of rows) row.element.tabIndex = row === chosen ? 0 : -1;
}

function drawRuler() {
  const ruler = byId("ruler");
  for (const tick of document.querySelectorAll(".tick, .grid")) tick.remove();
  const width = ruler.clientWidth;
  const step = tickStep(view.span, Math.max(2, Math.floor(width / 76)));
  for (let at = Math.ceil(view.from / step) * step; at <= view.from + view.span + 0.001; at += step) {
    const tick = make("span", "tick", tickWords(at, step));
    tick.style.left = `${((at - view.from) / view.span) * 100}%`;
    ruler.append(tick);
    byId("stems").prepend(placed("grid", at));
  }
  // A flag has words where there is room for them: in a crowd they come when one zooms in.
  let free = -Infinity;
  for (const stop of stops) {
    stop.flag.hidden = !isShown(stop.at_ms, stop.at_ms);
    if (stop.flag.hidden || !stop.had_effect) continue;
    const x = ((stop.at_ms - view.from) / view.span) * width;
    stop.flag.classList.remove("short");
    const flagWidth = stop.flag.offsetWidth;
    const next = stops.find((other) => other.had_effect && other.at_ms > stop.at_ms);
    const nextX = next ? ((next.at_ms - view.from) / view.span) * width : Infinity;
    if (x < free || x + flagWidth > Math.min(width + 20, nextX - 6)) stop.flag.classList.add("short");
    free = x + stop.flag.offsetWidth + 4;
  }
}
