"""What a page of a timeline is asked from inside, as JavaScript, and who counts the answers. No step of the test is
here."""

from __future__ import annotations

#: Runs before the page: notes what went wrong in it.
REPORT_PROBLEMS = """
globalThis.problems = [];
addEventListener("error", (event) => problems.push(event.message || String(event.target?.src)), true);
addEventListener("unhandledrejection", (event) => problems.push(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => problems.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
#: What went wrong, and what was loaded beside the page itself.
PROBLEMS = "[...problems, ...performance.getEntriesByType('resource').map((entry) => entry.name)]"
#: Pairs of flags with words that cover each other, and flags that cover the lines above the ruler.
OVERLAPS = """
(() => {
  const flags = [...document.querySelectorAll("#ruler button:not(.short):not(.silent)")].filter((flag) => !flag.hidden);
  const above = [byId("shown"), byId("summary"), document.querySelector("h1")];
  const box = (one) => one.getBoundingClientRect();
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const pairs = flags.flatMap((flag, at) => [...flags.slice(at + 1), ...above].map((other) => [flag, other]));
  return pairs.filter(([a, b]) => meet(box(a), box(b))).map(([a, b]) => `${a.innerText} / ${b.innerText}`);
})()
"""
#: Messages whose words neither begin where their bar does nor end with their row, at which they are long.
MISPLACED = """
[...document.querySelectorAll("#list .message")].filter((row) => !row.hidden && row.offsetHeight > 0).flatMap((row) => {
  const words = row.querySelector(".words > *");
  const bar = row.querySelector(".heard") ?? row.querySelector(".rest") ?? row.querySelector(".received");
  if (!words.innerText.trim() || !bar) return [];
  const [own, its, end] = [words, bar, row.querySelector(".lane")].map((one) => one.getBoundingClientRect());
  const isInPlace = Math.abs(own.left - its.left) < 2 || (Math.abs(own.right - end.right) < 2 && own.left < its.left);
  return isInPlace ? [] : [`${row.innerText}: ${own.left}, not ${its.left}`];
})
"""
#: Words whose colour is too near to that of what they stand on (WCAG 2, 4.5 to 1).
CONTRASTS = """
(() => {
  const channels = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (rgb) => rgb.slice(0, 3).reduce((sum, value, at) => {
    const part = value / 255;
    return sum + [0.2126, 0.7152, 0.0722][at] * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const rgb = channels(getComputedStyle(one).backgroundColor);
      if (rgb.length === 3 || rgb[3] === 1) return rgb;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasWords = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasWords || !element.offsetParent || element.closest("script, noscript, .short")) continue;
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) weak.push(`${element.tagName}.${element.className}: ${contrast.toFixed(2)}`);
  }
  return [...new Set(weak)];
})()
"""

#: How long the page takes to draw itself at another place, in ms.
DRAWING_MS = """
(() => {
  const at = performance.now();
  for (let i = 0; i < 10; i++) {
    view.from = i;
    draw();
    document.body.offsetHeight;
  }
  return (performance.now() - at) / 10;
})()
"""
#: Where on the screen a moment is, from left to right.
X_OF = """
((atMs) => {
  const box = byId("ruler").getBoundingClientRect();
  return box.left + ((atMs - view.from) / view.span) * box.width;
})
"""
RINGS = "[...document.querySelectorAll('#ruler .silent')].filter((one) => !one.hidden).length"
ROWS = "rows.filter((row) => !row.element.hidden && row.element.offsetHeight > 0).length"
LABEL = "document.activeElement.getAttribute('aria-label')"
PAPER = "getComputedStyle(byId('top')).backgroundColor.match(/\\d+/g).map(Number)"


class Tally:
    """Counts what is right, and prints what is not."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def check(self, what: str, is_so: bool, found: object = "") -> None:
        """One thing that must be so; `found` is shown where it is not."""
        if is_so:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAIL  {what}: {found!r}")
