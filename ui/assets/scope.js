// The form is sent as a whole, so that a date half typed changes nothing; afterwards the keyboard is at its line.
let used = false;

function close() {
  used = true;
  element.querySelector('details').open = false;
  element.querySelector('summary').focus();
}

element.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  const kinds = [...form.querySelectorAll('[name=kind]:checked')].map((box) => box.value);
  trigger('narrow', { kinds, after: form.elements.after.value, before: form.elements.before.value });
  close();
});

element.addEventListener('click', (event) => {
  if (!event.target.closest('[data-qb=widen]')) return;
  element.querySelector('form').reset();
  close();
});

element.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && element.querySelector('details').open) close();
});

watch('value', () => {
  if (used) element.querySelector('summary')?.focus();
  used = false;
});
