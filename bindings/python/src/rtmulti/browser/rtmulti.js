// The page's half of rtmulti.browser.BrowserSink. The page imports connect(); a Worker of this file holds the WebSocket, an
// AudioWorklet plays, and a busy page delays neither.
export async function connect(url, { sampleRate = 24000, onmessage, onover } = {}) {
  const context = new AudioContext({ sampleRate });
  context.resume();
  await context.audioWorklet.addModule(import.meta.url);
  const node = new AudioWorkletNode(context, "rtmulti", { outputChannelCount: [1] });
  const line = new Worker(import.meta.url, { type: "module" });
  const say = (m) => line.postMessage(m);
  const timer = setInterval(() => say(["late", context.baseLatency + (context.outputLatency || 0)]), 200);
  line.onmessage = ({ data: { message, over } }) => {
    if (!over) return onmessage?.(message);
    clearInterval(timer);
    context.close();
    onover?.(over); // by the "host", by the "page", or "lost"
  };
  node.connect(context.destination);
  line.postMessage([new URL(url, location.href.replace("http", "ws")).href, node.port], [node.port]);
  return { context, node, send: say, close: () => say(0) };
}

function hold([url, ear]) {
  let over = "lost";
  const socket = new WebSocket(url);
  const say = (m) => socket.readyState === 1 && socket.send(m.byteLength ? m : JSON.stringify(m));
  const end = (who) => socket.close(1000, (over = who));
  socket.binaryType = "arraybuffer";
  socket.onopen = () => ear.postMessage(["hello"]);
  socket.onmessage = ({ data }) => {
    const m = data.byteLength ? data : JSON.parse(data);
    if (!m.byteLength && !Array.isArray(m)) return postMessage({ message: m });
    ear.postMessage(m);
    if (m[0] === "over") end("host");
  };
  socket.onclose = () => {
    ear.postMessage(["over"]);
    postMessage({ over });
  };
  ear.onmessage = ({ data }) => (data.length || socket.bufferedAmount < 1e5) && say(data); // voice must not be late
  onmessage = ({ data }) => (Array.isArray(data) ? ear.postMessage(data) : data ? say(data) : end("page"));
}

const play = () => registerProcessor("rtmulti", class extends AudioWorkletProcessor {
  blocks = [];
  heard = new Map(); // of which segments frames are not reported
  reports = []; // and when they are true for the ear
  late = this.told = this.tail = 0;
  voice = [];
  take = (this.port.onmessage = ({ data }) => {
    const [kind, value] = data.length ? data : new Float64Array(data, 0, 2);
    if (kind >= 0) this.blocks.push({ segment: kind, frames: value, pcm: new Int16Array(data, 16), at: 0 });
    else if (kind === "late") this.late = value * sampleRate;
    else if (kind === "pause") this.paused = value;
    else if (kind === "hello") this.reports = [[0, kind, 1, sampleRate]];
    else {
      if (kind === "clear") this.port.postMessage(["cleared", value, [...this.heard]]);
      this.heard.clear();
      this.blocks = [];
      this.reports = [];
    }
  });
  process([[voice = []]], [[out]]) {
    while (this.reports[0]?.[0] <= currentFrame) {
      const [, ...report] = this.reports.shift();
      if (this.heard.get(report[1]) === report[2]) this.heard.delete(report[1]);
      this.port.postMessage(report);
    }
    let i = 0;
    while (!this.paused && i < out.length && this.blocks[0]) {
      const b = this.blocks[0], isFirst = !b.frames;
      for (; i < out.length && b.at < b.pcm.length; b.frames++) this.tail = out[i++] = b.pcm[b.at++] / 32768;
      this.heard.set(b.segment, b.frames);
      if (b.at === b.pcm.length) this.blocks.shift();
      if (isFirst || b !== this.blocks[0] || currentFrame >= this.told + sampleRate / 50)
        this.reports.push([(this.told = currentFrame) + 128 + this.late, "heard", b.segment, b.frames]);
    }
    while (i < out.length) out[i++] = this.tail *= 0.95; // no click
    if (this.voice.push(...voice) >= sampleRate / 50)
      this.port.postMessage(Int16Array.from(this.voice.splice(0), (x) => Math.max(-1, Math.min(1, x)) * 32767).buffer);
    return true;
  }
});
if (globalThis.AudioWorkletProcessor) play();
else if (!globalThis.document) onmessage = ({ data }) => hold(data);
