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
