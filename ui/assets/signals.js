// One listener for every button that we draw, in the conversation and beside it. It sends numbers and ids.
const events = {
  open: (b) => trigger('open', numbers(b)),
  sheet: (b) => trigger('sheet', numbers(b)),
  show: (b) => trigger('show', numbers(b)),
  example: (b) => trigger('submit', numbers(b)),
  next: (b) => trigger('submit', { next: b.textContent }),
  again: () => trigger('submit', { again: 1 }),
  plain: () => trigger('submit', { plain: 1 }),
  undo: () => trigger('undo', {}),
  fresh: () => trigger('fresh', {}),
  earlier: () => trigger('earlier', {}),
  resume: (b) => trigger('resume', { conversation: b.dataset.conversation }),
  forget: (b) => trigger('forget', { conversation: b.dataset.conversation }),
  save: (b) => trigger('save', { form: b.dataset.form }),
  edit: (b) => openForm(b),
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
  const isCopied = await copied(`“${words}” (${source.join(', ')})`, button);
  button.textContent = isCopied ? 'Copied' : 'Could not be copied';
  setTimeout(() => { button.textContent = 'Copy with source'; }, 2000);
}

async function copied(text, button) {
  try {
    await navigator.clipboard.writeText(text);  // over http it is only there on this machine itself
    return true;
  } catch (error) {
    return copiedFromField(text, button);
  }
}

function copiedFromField(text, button) {
  const field = document.body.appendChild(document.createElement('textarea'));
  field.value = text;
  field.focus({ preventScroll: true });
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  button.focus({ preventScroll: true });
  return isCopied;
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-qb]');
  if (!button || !(button.dataset.qb in events)) return;
  window.quotebackMoved = ['open', 'sheet', 'show', 'earlier', 'forget'].includes(button.dataset.qb);
  events[button.dataset.qb](button);
});

// Of the forms below the last question one at most is open. What is in it is the one text that is sent.
function openForm(button) {
  const form = document.getElementById(button.getAttribute('aria-controls'));
  const opens = form.hidden;
  for (const other of button.closest('.qb-actions').querySelectorAll('[aria-controls]')) {
    const opened = opens && other === button;
    other.setAttribute('aria-expanded', opened);
    document.getElementById(other.getAttribute('aria-controls')).hidden = !opened;
  }
  if (!opens) return;
  form.scrollIntoView({ block: 'nearest' });
  form.querySelector('input').select();
}

document.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-form]');
  if (!form) return;
  event.preventDefault();
  trigger('submit', { [form.dataset.form]: form.querySelector('input').value });
});
