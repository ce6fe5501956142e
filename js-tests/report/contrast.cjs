'use strict';
// Runs in the page: texts whose contrast with what is behind them is below WCAG 2.2 AA.

/* global document, getComputedStyle, NodeFilter */

function tooFaint() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  /** Any colour of CSS as red, green, blue, alpha. */
  const read = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (above, below) =>
    [0, 1, 2].map((at) => above[at] * above[3] + below[at] * (1 - above[3])).concat(1);
  const luminance = (colour) => {
    const [red, green, blue] = colour.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      // A rectangle of a drawing lies behind the text beside it.
      const shape = at.namespaceURI?.endsWith('svg') && at.querySelector(':scope > rect');
      const style = getComputedStyle(shape || at);
      layers.push(read(shape ? style.fill : style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    const white = [255, 255, 255, 1];
    return layers.reduceRight((below, above) => over(above, below), white);
  };
  const seen = [];
  let count = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const hidden = !element.checkVisibility({ visibilityProperty: true }) || element.closest('.vh');
    if (!texts.currentNode.data.trim() || hidden || element.closest('script, style, title'))
      continue;
    const style = getComputedStyle(element);
    const below = ground(element);
    const drawn = element.namespaceURI.endsWith('svg');
    const colour = over(read(drawn ? style.fill : style.color), below);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const found = ratio(colour, below);
    count += 1;
    if (found < (large ? 3 : 4.5)) {
      seen.push(
        `${found.toFixed(2)}: ${texts.currentNode.data.trim().slice(0, 40)} (${element.className})`,
      );
    }
  }
  return { count, seen };
}

module.exports = { tooFaint };
