// One listener for every button that we draw, in the conversation and beside it. It sends numbers, never text.
const events = {
  open: (b) => trigger('open', numbers(b)),
  sheet: (b) => trigger('sheet', numbers(b)),
  show: (b) => trigger('show', numbers(b)),
  example: (b) => trigger('example_select', numbers(b)),
  shelf: () => trigger('shelf', {}),
  widen: () => trigger('widen', {}),
  delete: (b) => trigger('delete', { document: b.dataset.document }),
  copy: (b) => copyAnswer(b),
  judge: (b) => trigger('judge', { ...numbers(b), verdict: b.dataset.verdict }),
  pick: (b) => trigger('pick', numbers(b)),
  leave: () => fetch('/logout', { method: 'POST' }).then(() => location.assign('/login')),
};

function numbers(button) {
  const found = {};
  for (const [name, value] of Object.entries(button.dataset)) {
    if (name !== 'qb') found[name] = Number(value);
  }
  return found;
}

async function copyAnswer(button) {
  const answer = button.closest('.qb-answer');
  const words = answer.querySelector('.qb-quote strong').textContent;
  const source = [...answer.querySelector('.qb-source').querySelectorAll('bdi')].map((part) => part.textContent);
  await navigator.clipboard.writeText(`“${words}” (${source.join(', ')})`);
  button.textContent = 'Copied';
  setTimeout(() => { button.textContent = 'Copy with source'; }, 2000);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-qb]');
  if (!button || !(button.dataset.qb in events)) return;
  window.quotebackMoved = ['open', 'sheet', 'show'].includes(button.dataset.qb);
  events[button.dataset.qb](button);
});
