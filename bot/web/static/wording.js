// Plain text to paragraphs, lists and links. Text becomes text nodes only, so nothing in a message is ever markup.

const LINK = /(https:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+)|(^|[^\d-])(0\d{1,4}-\d{1,4}-\d{3,4})(?![\d-])/g;
const AFTER_LINK = /[.,;:!?)\]']+$/;
const FAX_BEFORE = /(?:FAX|ファクス|ファックス)[^\d\n]{0,8}$/i;
const BULLET = /^・/;

/** The languages a message may hold besides its own, by what only they are written with. */
const FOREIGN = [
  ["ko", /[\uac00-\ud7a3]/],
  ["vi", /[ăđơưĂĐƠƯ\u1ea0-\u1ef9]/],
  ["zh", /[您吗们这简请]/],
];

/** The nodes of a message written in `language` ("ja" or "en"). */
export function worded(text, language) {
  return text.split(/\n{2,}/).flatMap((paragraph) => blocks(paragraph, language));
}

function blocks(paragraph, language) {
  const found = [];
  for (const line of paragraph.split("\n")) {
    const tag = BULLET.test(line) ? "ul" : "p";
    const last = found.at(-1);
    if (last?.localName === tag) addLine(last, line);
    else found.push(startBlock(tag, line));
  }
  const foreign = FOREIGN.find(([, sign]) => sign.test(paragraph))?.[0];
  if (foreign && foreign !== language) for (const block of found) block.lang = foreign;
  return found;
}

function startBlock(tag, line) {
  const block = document.createElement(tag);
  if (tag === "ul") addLine(block, line);
  else block.append(...linked(line));
  return block;
}

function addLine(block, line) {
  if (block.localName === "ul") {
    const item = document.createElement("li");
    item.append(...linked(line.replace(BULLET, "")));
    block.append(item);
  } else {
    block.append(document.createElement("br"), ...linked(line));
  }
}

function linked(line) {
  const nodes = [];
  let end = 0;
  for (const { index, 1: address, 2: before = "", 3: number } of line.matchAll(LINK)) {
    const start = index + before.length;
    const shown = number ?? address.replace(AFTER_LINK, "");
    if (number && FAX_BEFORE.test(line.slice(0, start))) continue;
    nodes.push(line.slice(end, start), link(shown, Boolean(number)));
    end = start + shown.length;
  }
  return [...nodes, line.slice(end)];
}

function link(shown, isTelephone) {
  const anchor = document.createElement("a");
  anchor.href = isTelephone ? `tel:${shown.replaceAll("-", "")}` : shown;
  if (!isTelephone) anchor.rel = "noopener noreferrer";
  anchor.textContent = shown;
  return anchor;
}
