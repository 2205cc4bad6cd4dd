// After a click the reader is taken to what it opened: the marked words in view, the keyboard at the heading.
const narrow = () => window.matchMedia('(max-width: 860px)').matches;

watch('value', () => {
  const text = element.querySelector('.qb-text');
  const mark = element.querySelector('.qb-text mark, .qb-box');
  if (mark) text.scrollTop = mark.offsetTop - text.clientHeight / 3;
  if (!window.quotebackMoved) return;
  window.quotebackMoved = false;
  const heading = element.querySelector('h2');
  if (heading) heading.focus({ preventScroll: true });
  if (narrow()) (mark || element).scrollIntoView({ block: mark ? 'center' : 'start' });
});

// Selected words become offsets: every slice knows where it begins, and characters are counted as the server does,
// by code points. What stands between slices, such as the name of a page, is no part of the document.
const nCharacters = (range) => [...range.toString()].length;

function within(slice, range) {
  const whole = document.createRange();
  whole.selectNodeContents(slice);
  const from = whole.cloneRange();
  if (range.compareBoundaryPoints(Range.START_TO_START, whole) > 0) from.setEnd(range.startContainer, range.startOffset);
  else from.collapse(true);
  const to = whole.cloneRange();
  if (range.compareBoundaryPoints(Range.END_TO_END, whole) < 0) to.setEnd(range.endContainer, range.endOffset);
  const at = Number(slice.dataset.at);
  return [at + nCharacters(from), at + nCharacters(to)];
}

document.addEventListener('selectionchange', () => {
  const pick = element.querySelector('.qb-pick');
  const selection = document.getSelection();
  if (!pick || selection.isCollapsed || !selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const parts = [...element.querySelectorAll('[data-at]')]
    .filter((slice) => range.intersectsNode(slice))
    .map((slice) => within(slice, range))
    .filter(([start, end]) => start < end);
  if (!parts.length) return;
  const button = pick.querySelector('button');
  button.dataset.start = parts[0][0];
  button.dataset.end = parts[parts.length - 1][1];
  const words = [...element.querySelectorAll('[data-at]')].map((slice) => selectedIn(slice, range)).join('').trim();
  pick.querySelector('q').textContent = words.length > 120 ? `${words.slice(0, 120)}…` : words;
  pick.hidden = !words;
});

function selectedIn(slice, range) {
  if (!range.intersectsNode(slice)) return '';
  const [start, end] = within(slice, range).map((offset) => offset - Number(slice.dataset.at));
  return [...slice.textContent].slice(start, end).join('');
}

// The selection stays while its button is pressed, and goes with the button afterwards.
element.addEventListener('mousedown', (event) => { if (event.target.closest('.qb-pick')) event.preventDefault(); });
element.addEventListener('click', (event) => {
  if (!event.target.closest('.qb-pick button')) return;
  element.querySelector('.qb-pick').hidden = true;
  document.getSelection().removeAllRanges();
});
