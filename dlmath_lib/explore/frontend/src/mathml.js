// The mathematics of a label: MathML as text becomes elements one by one, so that no text can become anything else.
const space = "http://www.w3.org/1998/Math/MathML";
const known = /^m(ath|row|i|n|o|text|space|frac|sqrt|root|sub|sup|subsup|under|over|underover|table|tr|td|style)$/;

export function formula(text) {
  const { documentElement } = new DOMParser().parseFromString(text, "application/xml");
  return known.test(documentElement.localName) ? copy(documentElement) : document.createTextNode(documentElement.textContent);
}

function copy(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return document.createTextNode(node.textContent);
  const made = document.createElementNS(space, known.test(node.localName) ? node.localName : "mtext");
  made.append(...[...node.childNodes].map(copy));
  return made;
}
