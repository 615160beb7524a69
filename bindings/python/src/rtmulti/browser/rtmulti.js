// BrowserSink in the page: connect(), a Worker with the WebSocket, an AudioWorklet that plays.
export async function connect(url, { sampleRate = 24000, onmessage, onover } = {}) {
  const context = new AudioContext({ sampleRate });
  context.resume();
  await context.audioWorklet.addModule(import.meta.url);
  const node = new AudioWorkletNode(context, "rtmulti", { outputChannelCount: [1] });
  const line = new Worker(import.meta.url, { type: "module" });
  const say = (m) => line.postMessage(m);
  const close = () => say(0);
  const timer = setInterval(() => say(["late", context.baseLatency + (context.outputLatency || 0)]), 200);
  line.onmessage = ({ data: { message, over } }) => {
    if (!over) return onmessage?.(message);
    clearInterval(timer);
    context.close();
    onover?.(over); // "host", "page" or "lost"
  };
  addEventListener("pagehide", () => {
    close();
    // both have last words
    for (const end = Date.now() + 50; context.state !== "closed" && Date.now() < end; );
  });
  node.connect(context.destination);
  line.postMessage([new URL(url, location.href.replace("http", "ws")).href, node.port], [node.port]);
  return { context, node, send: say, close };
}

function hold({ data: [url, ear] }) {
  let over;
  const socket = new WebSocket(url);
  const say = (m) => socket.readyState === 1 && socket.send(m.byteLength ? m : JSON.stringify(m));
  const end = (who) => {
    over = who;
    ear.postMessage(["clear", 0]);
    setTimeout(() => socket.close(), 300); // behind the answer
  };
  socket.binaryType = "arraybuffer";
  socket.onopen = () => ear.postMessage(["hello"]);
  socket.onmessage = ({ data }) => {
    if (over) return;
    const m = data.byteLength ? data : JSON.parse(data);
    if (data[0] === "{") postMessage({ message: m });
    else if (m[0] === "over") end("host");
    else ear.postMessage(m);
  };
  socket.onclose = () => {
    end(over || "lost");
    postMessage({ over });
  };
  ear.onmessage = ({ data }) => (data.length || socket.bufferedAmount < 1e5) && say(data); // voice must not be late
  onmessage = ({ data }) => (Array.isArray(data) ? ear.postMessage(data) : data ? say(data) : end("page"));
}

let paused, late = 0, told = 0, tail = 0, blocks = [];
let reports = []; // and when true
const heard = new Map(), voice = []; // not reported
if (globalThis.registerProcessor) registerProcessor("rtmulti", class extends AudioWorkletProcessor {
  take = (this.port.onmessage = ({ data }) => {
    const [kind, value] = data.length ? data : new Float64Array(data, 0, 2);
    if (kind >= 0) blocks.push({ segment: kind, frames: value, pcm: new Int16Array(data, 16), at: 0 });
    else if (kind === "late") late = value * sampleRate;
    else if (kind === "pause") paused = value;
    else if (kind === "hello") reports = [[0, kind, 1, sampleRate]];
    else {
      this.port.postMessage(["cleared", value, [...heard]]);
      heard.clear();
      blocks = [];
      reports = [];
    }
  });
  process([[spoken = []]], [[out]]) {
    while (reports[0]?.[0] <= currentFrame) {
      const [, ...report] = reports.shift();
      if (heard.get(report[1]) === report[2]) heard.delete(report[1]);
      this.port.postMessage(report);
    }
    let i = 0;
    while (!paused && i < out.length && blocks[0]) {
      const b = blocks[0], isFirst = !b.frames;
      for (; i < out.length && b.at < b.pcm.length; b.frames++) tail = out[i++] = b.pcm[b.at++] / 32768;
      heard.set(b.segment, b.frames);
      if (b.at === b.pcm.length) blocks.shift();
      if (isFirst || b !== blocks[0] || currentFrame >= told + sampleRate / 50)
        reports.push([(told = currentFrame) + 128 + late, "heard", b.segment, b.frames]);
    }
    while (i < out.length) out[i++] = tail *= 0.95; // no click
    if (voice.push(...spoken) >= sampleRate / 50)
      this.port.postMessage(Int16Array.from(voice.splice(0), (x) => Math.max(-1, Math.min(1, x)) * 32767).buffer);
    return true;
  }
});
else if (!globalThis.document) onmessage = hold;
