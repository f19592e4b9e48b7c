// Select text and press Ctrl+Enter (Cmd+Enter) to report an inaccuracy: downloads a W3C Web Annotation
// (https://www.w3.org/TR/annotation-model/) with a text-quote and a text-position selector.
(function () {
  "use strict";
  const CONTEXT = 40;
  const panel = document.getElementById("inaccuracy");
  const quoteBox = panel.querySelector("blockquote");
  const remark = panel.querySelector("textarea");
  const root = document.querySelector("main");
  let picked = null;

  function pick() {
    const selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!root.contains(range.commonAncestorContainer)) return null;
    const before = document.createRange();
    before.selectNodeContents(root);
    before.setEnd(range.startContainer, range.startOffset);
    const start = before.toString().length;
    const exact = range.toString();
    const text = root.textContent;
    return {
      exact: exact, start: start, end: start + exact.length,
      prefix: text.slice(Math.max(0, start - CONTEXT), start),
      suffix: text.slice(start + exact.length, start + exact.length + CONTEXT)
    };
  }

  function annotation() {
    return {
      "@context": "http://www.w3.org/ns/anno.jsonld",
      id: "urn:uuid:" + (crypto.randomUUID ? crypto.randomUUID() : String(Date.now())),
      type: "Annotation", motivation: "questioning", created: new Date().toISOString(),
      body: { type: "TextualBody", value: remark.value, format: "text/plain", purpose: "commenting" },
      target: {
        source: "urn:amoeboid:run:" + root.dataset.run,
        selector: [
          { type: "TextQuoteSelector", exact: picked.exact, prefix: picked.prefix, suffix: picked.suffix },
          { type: "TextPositionSelector", start: picked.start, end: picked.end }
        ]
      }
    };
  }

  function download() {
    const blob = new Blob([JSON.stringify(annotation(), null, 2)], { type: "application/ld+json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "inaccuracy-" + root.dataset.run + ".jsonld";
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    close();
  }

  function close() { panel.hidden = true; remark.value = ""; picked = null; }

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && !panel.hidden) { close(); return; }
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    if (!panel.hidden) { download(); return; }
    picked = pick();
    if (!picked) return;
    event.preventDefault();
    quoteBox.textContent = picked.exact.slice(0, 400);
    panel.hidden = false;
    remark.focus();
  });
  panel.querySelector("[data-do=save]").addEventListener("click", download);
  panel.querySelector("[data-do=close]").addEventListener("click", close);
})();
