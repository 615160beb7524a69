// What is known of the conversation, and the words for it: numbers in, text out. Nothing is drawn here.
const conversation = JSON.parse(document.getElementById("conversation").textContent);
const WHOLE_MS = Math.max(conversation.end_ms, 500);

// --- words; marks.py has the same for the picture ---

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}

function moment(ms) {
  if (ms < 60000) return seconds(ms);
  const hundredths = Math.round(ms / 10);
  return `${Math.floor(hundredths / 6000)}:${((hundredths % 6000) / 100).toFixed(2).padStart(5, "0")}`;
}

function tickWords(ms, stepMs) {
  if (WHOLE_MS < 60000) return `${Number((ms / 1000).toFixed(2))} s`;
  const rest = ((ms / 1000) % 60).toFixed(stepMs % 1000 ? (stepMs % 100 ? 2 : 1) : 0);
  return `${Math.floor(ms / 60000)}:${rest.padStart(rest.includes(".") ? rest.length - rest.indexOf(".") + 2 : 2, "0")}`;
}

// The finest step of which at most `most` fit into a length of time.
function tickStep(lengthMs, most) {
  const steps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000];
  for (const minutes of [1, 2, 5, 10, 15, 30, 60, 120, 240, 480]) steps.push(minutes * 60000);
  return steps.find((step) => lengthMs / step <= most) ?? steps.at(-1) * 10;
}

// --- a message ---

// From the first thing that is drawn of it to the last.
function spanOf(row) {
  if (row.at_ms !== undefined) return [row.at_ms, row.at_ms];
  const spans = [...row.heard, row.received, row.rest].filter(Boolean);
  const moments = row.told.map((told) => told.at_ms);
  return [Math.min(...spans.map((span) => span.start_ms), ...moments), Math.max(...spans.map((span) => span.end_ms), ...moments)];
}

// How much of a message had been heard at a moment.
function positionMs(message, atMs) {
  let heardMs = 0;
  for (const span of message.heard) heardMs += Math.max(0, Math.min(atMs, span.end_ms) - span.start_ms);
  return Math.min(Math.floor(heardMs), message.heard_ms);
}

// The message that was audible at a moment.
function audibleAt(atMs) {
  return conversation.messages.find((message) => message.heard.some((span) => span.start_ms <= atMs && atMs < span.end_ms));
}

// What a person is told who cannot see the bars.
function spoken(message) {
  const words = [`Message ${message.number}, ${message.item_id}, ${message.outcome.replace("_", " ")}`];
  words.push(`${seconds(message.heard_ms)} heard of ${seconds(message.received_ms)}`);
  if (message.heard_text) words.push(`heard: ${message.heard_text}`);
  if (message.unheard_text) words.push(`never heard: ${message.unheard_text}`);
  for (const told of message.told) words.push(`the server was told: ${told.words}, at ${moment(told.at_ms)}`);
  return words.join("; ");
}
