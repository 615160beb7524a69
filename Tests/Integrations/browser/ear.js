// The ear of the tests: hears whatever a page plays, behind everything of rtmulti's, and is put into any page before its own
// scripts run. It sends each render quantum that is not silent to /ear, from a Worker, so that a busy page delays it not.
{
  const worklet = `registerProcessor("ear", class extends AudioWorkletProcessor {
    process([[heard]], [[out]]) {
      if (heard) {
        out.set(heard);
        if (heard.some((x) => x)) this.port.postMessage(Int16Array.from(heard, (x) => Math.round(x * 32768)).buffer);
      }
      return true;
    }
  });`;
  const worker = `onmessage = ({ data: [url, port] }) => {
    const socket = new WebSocket(url), waiting = [];
    socket.onopen = () => waiting.splice(0).forEach((m) => socket.send(m));
    port.onmessage = ({ data }) => (socket.readyState === 1 ? socket.send(data) : waiting.push(data));
  };`;
  const file = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const { addModule } = AudioWorklet.prototype;
  AudioWorklet.prototype.addModule = async function (url) {
    await addModule.call(this, url);
    await addModule.call(this, file(worklet));
  };
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (!(to instanceof AudioDestinationNode) || !(this instanceof AudioWorkletNode)) return connect.call(this, to, ...rest);
    const ear = new AudioWorkletNode(this.context, "ear", { outputChannelCount: [1] });
    connect.call(this, ear);
    connect.call(ear, to);
    new Worker(file(worker)).postMessage([`ws://${location.host}/ear`, ear.port], [ear.port]);
    return to;
  };
}
