// Builds the page once: a row for each message and function call, the interruptions, the overview. Where something is on the
// screen follows from --from and --span, which view.js sets.
const byId = (id) => document.getElementById(id);

// An element with a class and a text; what the conversation says is never taken for HTML.
function make(tag, kind, text = "") {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.textContent = text;
  return element;
}

// Something that has its place in time.
function placed(kind, atMs, lengthMs = 0) {
  const mark = make("i", kind);
  mark.style.setProperty("--at", atMs);
  if (lengthMs) mark.style.setProperty("--ms", lengthMs);
  return mark;
}

const bar = (kind, span) => placed(kind, span.start_ms, span.end_ms - span.start_ms);

function chips(told) {
  const all = make("span", "chips");
  for (const command of told) {
    const chip = make("span", "chip", `${command.words}  ·  ${moment(command.at_ms)}`);
    chip.explains = () => commandLines(command);
    all.append(chip);
  }
  return all;
}

// What was said from a moment on; style.css gives it its place.
function wordsAt(atMs, ...pieces) {
  const words = make("p", "words");
  words.style.setProperty("--at", atMs);
  words.append(make("span"));
  words.firstChild.append(...pieces);
  return words;
}

function messageRow(message) {
  const row = make("li", "message");
  const head = make("div", "head");
  head.append(
    make("b", "", `${message.number}. ${message.item_id}`),
    make("span", `pill ${message.outcome}`, message.outcome.replace("_", " ")),
    make("span", "small", `${seconds(message.heard_ms)} heard of ${seconds(message.received_ms)}`),
    chips(message.told),
  );
  const lane = make("div", "lane");
  if (message.received) lane.append(bar("received", message.received));
  if (message.rest) lane.append(bar("rest", message.rest));
  lane.append(...message.heard.map((span) => bar("heard", span)));
  for (const command of message.told) {
    const point = placed("point", command.at_ms);
    point.explains = () => commandLines(command);
    lane.append(point);
  }
  const { start_ms: beginsMs } = message.heard[0] ?? message.rest ?? message.received ?? { start_ms: 0 };
  const said = [make("span", "", message.heard_text), " ", make("del", "", message.unheard_text)];
  row.append(head, lane, wordsAt(beginsMs, ...said));
  row.setAttribute("aria-label", spoken(message));
  row.explains = (atMs) => messageLines(message, atMs);
  return row;
}

function callRow(call) {
  const row = make("li", "call");
  row.append(wordsAt(call.at_ms, make("span", "", `${call.name}(${call.arguments})`)));
  row.setAttribute("aria-label", `Function call at ${moment(call.at_ms)}: ${call.name}, ${call.arguments}`);
  row.explains = () => [[`function call, at ${moment(call.at_ms)}`], [`${call.name}(${call.arguments})`, "json"]];
  return row;
}

// --- what explains: lines of a text and its class ---

function commandLines(command) {
  return [[`told to the server at ${moment(command.at_ms)}: ${command.words}`], [command.json, "json"]];
}

function messageLines(message, atMs) {
  const lines = [[`${message.number}. ${message.item_id}, ${message.outcome.replace("_", " ")}`]];
  lines.push([`${seconds(message.heard_ms)} heard of ${seconds(message.received_ms)} received`]);
  if (atMs !== undefined) lines.push([`at ${moment(atMs)}: ${positionMs(message, atMs)} ms of it were heard`]);
  if (message.heard_text) lines.push([`“${message.heard_text}”`]);
  if (message.unheard_text) lines.push([`never heard: “${message.unheard_text}”`, "small"]);
  for (const command of message.told) lines.push([`told at ${moment(command.at_ms)}: ${command.words}`, "small"]);
  return lines;
}

// --- all of it ---

// The rows that can be chosen, in their order: what each is about, its element, and from when to when it is.
const rows = [];
// The head of each response, and the rows below it.
const responses = [];
const stops = conversation.interruptions.map((stop) => {
  const flag = make("button", stop.had_effect ? "" : "silent", stop.had_effect ? moment(stop.at_ms) : "");
  flag.type = "button";
  flag.tabIndex = -1;
  flag.style.setProperty("--at", stop.at_ms);
  flag.setAttribute("aria-label", stop.words);
  flag.explains = () => [[stop.words]];
  byId("ruler").append(flag);
  if (stop.had_effect) byId("stems").append(placed("stem", stop.at_ms));
  return { ...stop, flag };
});

for (const response of conversation.responses) {
  const head = make("li", "response");
  const line = make("div", "head");
  line.append(make("span", "", response.response_id ? `response ${response.response_id}` : "the whole conversation"), chips(response.told));
  head.append(line);
  byId("list").append(head);
  const own = [];
  const isOwn = (one) => one.response_id === response.response_id;
  for (const about of [...conversation.messages.filter(isOwn), ...conversation.calls.filter(isOwn)]) {
    const element = about.heard ? messageRow(about) : callRow(about);
    element.tabIndex = -1;
    own.push({ about, element, span: spanOf(about) });
    byId("list").append(element);
  }
  rows.push(...own);
  responses.push({ head, rows: own, moments: response.told.map((told) => told.at_ms) });
}

const strip = byId("strip");
for (const message of conversation.messages) {
  if (message.rest) strip.append(bar("rest", message.rest));
  strip.append(...message.heard.map((span) => bar("heard", span)));
}
for (const stop of stops) strip.append(placed(stop.had_effect ? "stem" : "silent", stop.at_ms));
byId("overview").style.setProperty("--from", 0);
byId("overview").style.setProperty("--span", WHOLE_MS);
